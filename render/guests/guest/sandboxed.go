//go:build wasip1

package guest

import (
	"encoding/binary"
	"log"
	"runtime"
	"runtime/debug"
	"unsafe"
)

// memoryLimit makes the collector run before the host refuses memory, which ends the render.
const memoryLimit = 320 << 20

var (
	served        Renderer
	input, output []byte
	outputPlace   [8]byte
)

// Serve makes the renderer the one that the exported functions call.
func Serve(renderer Renderer) { served = renderer }

// prepare brings the guest to the state that is kept as a snapshot: whatever is parsed once is parsed, and nothing is
// collected before much of the memory is used, because a render mostly ends earlier.
//
//go:wasmexport prepare
func prepare() {
	log.SetFlags(0)
	if err := served.Warm(); err != nil {
		panic(err)
	}
	runtime.GC()
	runtime.GC()
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(memoryLimit)
}

// allocate returns where the host puts a request of that many bytes.
//
//go:wasmexport allocate
func allocate(length uint32) uint32 {
	input = make([]byte, length)
	return address(unsafe.SliceData(input))
}

// answer renders the request and returns where the host finds the answer's place and length.
//
//go:wasmexport answer
func answer() uint32 {
	output = render(served, input)
	binary.LittleEndian.PutUint32(outputPlace[0:], address(unsafe.SliceData(output)))
	binary.LittleEndian.PutUint32(outputPlace[4:], uint32(len(output)))
	return address(&outputPlace[0])
}

func address(first *byte) uint32 { return uint32(uintptr(unsafe.Pointer(first))) }
