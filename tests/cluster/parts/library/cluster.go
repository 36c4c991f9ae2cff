package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// cluster is what all workers share; nothing in it changes after connect.
type cluster struct {
	kubeconfig   clientcmdapi.Config
	config       *rest.Config
	discovery    discovery.CachedDiscoveryInterface
	mapper       meta.RESTMapper
	capabilities *chartutil.Capabilities
}

func connect() (*cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{})
	kubeconfig, err := loader.RawConfig()
	if err != nil {
		return nil, err
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, err
	}
	// The API server has fairness limits of its own; the client's would only slow this down.
	config.QPS = -1
	config.WarningHandler = rest.NoWarnings{}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	cached := memory.NewMemCacheClient(client)
	groups, err := restmapper.GetAPIGroupResources(cached)
	if err != nil {
		return nil, err
	}
	return &cluster{
		kubeconfig: kubeconfig,
		config:     config,
		discovery:  cached,
		mapper:     restmapper.NewDiscoveryRESTMapper(groups),
		// Uninstalling renders no templates, and nothing else asks for them; without any, each worker would fetch them.
		capabilities: chartutil.DefaultCapabilities,
	}, nil
}

// releases are all that have a record, without the records' contents.
func (c *cluster) releases(ctx context.Context) ([]types.NamespacedName, error) {
	client, err := metadata.NewForConfig(c.config)
	if err != nil {
		return nil, err
	}
	secrets := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "secrets"})
	options := metav1.ListOptions{LabelSelector: "owner=helm,status!=superseded"}
	list, err := secrets.List(ctx, options)
	if err != nil {
		return nil, err
	}
	var found []types.NamespacedName
	for _, secret := range list.Items {
		found = append(found, types.NamespacedName{Namespace: secret.Namespace, Name: secret.Labels["name"]})
	}
	slices.SortFunc(found, func(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(found), nil
}

// worker is a goroutine's own view: the library's clients are made on first use, without a lock.
func (c *cluster) worker(timeout time.Duration) *worker {
	return &worker{cluster: c, timeout: timeout, namespaces: map[string]*action.Configuration{}}
}
