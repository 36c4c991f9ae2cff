// Uninstalls releases with Helm's Go library, all in one process: as fast as it gets without helm as a child.
//
// It must not do what helm does not: the library's own uninstall runs for each release, with its hooks, and only what
// every helm would fetch anew (the connection, the API server's resources) is fetched once.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

func main() {
	workers := flag.Int("workers", 16, "uninstalls at the same time")
	timeout := flag.Duration("timeout", 5*time.Minute, "for each hook")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "Usage: helm-library [--workers N] NAMESPACE...\n\nEach may be a pattern, as in dev-*.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 || *workers < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*workers, *timeout, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "helm-library:", err)
		os.Exit(1)
	}
}

func run(workers int, timeout time.Duration, patterns []string) error {
	start := time.Now()
	cluster, err := connect()
	if err != nil {
		return err
	}
	all, err := cluster.releases(context.Background())
	if err != nil {
		return err
	}
	var chosen []types.NamespacedName
	for _, release := range all {
		inside, err := matches(patterns, release.Namespace)
		if err != nil {
			return err
		}
		if inside {
			chosen = append(chosen, release)
		}
	}
	failed := uninstallAll(cluster, workers, timeout, chosen)
	fmt.Printf("%d of %d uninstalled in %s\n", len(chosen)-failed, len(chosen), time.Since(start).Round(time.Millisecond))
	if failed > 0 {
		return fmt.Errorf("%d of %d could not be uninstalled", failed, len(chosen))
	}
	return nil
}

func matches(patterns []string, namespace string) (bool, error) {
	for _, pattern := range patterns {
		if found, err := path.Match(pattern, namespace); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// uninstallAll says how many failed.
func uninstallAll(cluster *cluster, workers int, timeout time.Duration, releases []types.NamespacedName) int {
	queue := make(chan types.NamespacedName, len(releases))
	for _, release := range releases {
		queue <- release
	}
	close(queue)
	var group sync.WaitGroup
	var words sync.Mutex
	failed := 0
	for range workers {
		group.Go(func() {
			helm := cluster.worker(timeout)
			for release := range queue {
				err := helm.uninstall(release)
				words.Lock()
				if err != nil {
					failed++
					fmt.Fprintf(os.Stderr, "%s: %v\n", release, err)
				} else {
					fmt.Printf("%s uninstalled\n", release)
				}
				words.Unlock()
			}
		})
	}
	group.Wait()
	return failed
}
