// Package v1beta1 registers the version of the API that has CustomResourceDefinitions.
package v1beta1

import "k8s.io/client-go/kubernetes/scheme"

// AddToScheme lists the version among those that the client knows.
func AddToScheme(versions *scheme.Versions) {
	versions.Add("apiextensions.k8s.io", "v1beta1")
}
