// Helm answers requests with what `helm template` prints.
package main

import (
	// Zones of dates, which are not to be found outside.
	_ "time/tzdata"

	"signet.dev/render/guests/guest"
)

// A guest is a library, whose main nobody calls.
func init() { guest.Serve(renderer{}) }

func main() {}
