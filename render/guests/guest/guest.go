// Package guest hands requests of the host to a renderer.
package guest

import (
	"fmt"

	"signet.dev/render/guests/wire"
)

// Renderer makes documents of a request's files.
type Renderer interface {
	// Render never writes to what the request's files hold.
	Render(request []byte) ([]wire.Document, error)
	// Warm renders something small, once, before the snapshot is taken.
	Warm() error
}

func render(renderer Renderer, request []byte) []byte {
	documents, err := caught(renderer, request)
	return wire.EncodeAnswer(documents, err)
}

// caught makes an error of a panic: what a tenant wrote found a fault of the library.
func caught(renderer Renderer, request []byte) (documents []wire.Document, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the renderer failed: %v", fault)
		}
	}()
	return renderer.Render(request)
}
