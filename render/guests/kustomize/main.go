// Kustomize answers requests with what `kustomize build` prints.
package main

import "signet.dev/render/guests/guest"

// A guest is a library, whose main nobody calls.
func init() { guest.Serve(renderer{}) }

func main() {}
