package chattest

import "runtime"

// Memory returns the live bytes on the heap, and the bytes of the goroutines' stacks.
func Memory() (heap, stacks int) {
	runtime.GC()
	runtime.GC() // a pool lets go after two
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), int(m.StackInuse)
}
