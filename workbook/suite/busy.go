package suite

import "sync/atomic"

// keepBusy runs so many loops, each of which does nothing and wants a core, until
// stop is called. Tests that pass beside them pass on a slow machine.
func keepBusy(loops int) (stop func()) {
	var stopped atomic.Bool
	for range loops {
		go func() {
			for !stopped.Load() {
			}
		}()
	}
	return func() { stopped.Store(true) }
}
