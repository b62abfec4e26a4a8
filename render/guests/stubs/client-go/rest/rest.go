// Package rest has the name of a client's configuration.
package rest

// Config is never filled: there is no cluster to ask.
type Config struct{}
