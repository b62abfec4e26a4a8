// Package dynamic has the names by which Helm asks a cluster for objects.
package dynamic

import (
	"context"
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
)

// Object stands where the real client answers with unstructured objects.
type Object map[string]any

// UnstructuredContent is the object itself.
func (o Object) UnstructuredContent() map[string]any { return o }

// ResourceInterface asks for objects of one kind.
type ResourceInterface interface {
	Get(ctx context.Context, name string, options metav1.GetOptions, subresources ...string) (Object, error)
	List(ctx context.Context, options metav1.ListOptions) (Object, error)
}

// NamespaceableResourceInterface can be narrowed to a namespace.
type NamespaceableResourceInterface interface {
	ResourceInterface
	Namespace(string) ResourceInterface
}

// DynamicClient is never made.
type DynamicClient struct{}

// NewForConfig always fails.
func NewForConfig(*rest.Config) (*DynamicClient, error) {
	return nil, errors.New("there is no cluster to ask")
}

// Resource answers nothing.
func (*DynamicClient) Resource(schema.GroupVersionResource) NamespaceableResourceInterface {
	return nil
}
