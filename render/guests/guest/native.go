//go:build !wasip1

package guest

import (
	"io"
	"log"
	"os"
)

// Serve answers the request on standard input, for a look at a renderer without the sandbox.
func Serve(renderer Renderer) {
	log.SetFlags(0)
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(render(renderer, request)); err != nil {
		log.Fatal(err)
	}
}
