// Package kubernetes is what Helm imports to have the version of client-go in its build.
package kubernetes
