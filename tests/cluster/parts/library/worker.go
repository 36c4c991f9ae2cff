package main

import (
	"time"

	"helm.sh/helm/v3/pkg/action"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

type worker struct {
	cluster    *cluster
	timeout    time.Duration
	namespaces map[string]*action.Configuration
}

func (w *worker) uninstall(release types.NamespacedName) error {
	configuration, err := w.configuration(release.Namespace)
	if err != nil {
		return err
	}
	uninstall := action.NewUninstall(configuration)
	uninstall.Timeout = w.timeout
	uninstall.DeletionPropagation = "background"
	_, err = uninstall.Run(release.Name)
	return err
}

func (w *worker) configuration(namespace string) (*action.Configuration, error) {
	if known, ok := w.namespaces[namespace]; ok {
		return known, nil
	}
	configuration := &action.Configuration{Capabilities: w.cluster.capabilities}
	view := &view{cluster: w.cluster, namespace: namespace}
	if err := configuration.Init(view, namespace, "secret", func(string, ...any) {}); err != nil {
		return nil, err
	}
	w.namespaces[namespace] = configuration
	return configuration, nil
}

// view is the cluster as seen from one namespace, in the library's own terms.
type view struct {
	cluster   *cluster
	namespace string
}

func (v *view) ToRESTConfig() (*rest.Config, error) {
	return rest.CopyConfig(v.cluster.config), nil
}

func (v *view) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	return v.cluster.discovery, nil
}

func (v *view) ToRESTMapper() (meta.RESTMapper, error) {
	return v.cluster.mapper, nil
}

func (v *view) ToRawKubeConfigLoader() clientcmd.ClientConfig {
	overrides := &clientcmd.ConfigOverrides{Context: clientcmdapi.Context{Namespace: v.namespace}}
	return clientcmd.NewDefaultClientConfig(v.cluster.kubeconfig, overrides)
}
