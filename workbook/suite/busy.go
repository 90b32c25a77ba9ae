package suite

import "sync/atomic"

// keepBusy runs so many loops that do nothing and want a core each, until stop is
// called: tests that pass beside them pass on a slow machine.
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
