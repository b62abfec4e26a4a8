// Package fake is there for `go mod tidy`, which looks for what the tests of Helm's engine import.
package fake
