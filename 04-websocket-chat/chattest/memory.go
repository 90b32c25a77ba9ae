package chattest

import "runtime"

// Memory returns what is live on the heap, and what goroutines have as stacks, in bytes.
func Memory() (heap, stacks int) {
	runtime.GC()
	runtime.GC() // what pools held is gone after two
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), int(m.StackInuse)
}
