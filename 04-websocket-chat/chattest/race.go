//go:build race

package chattest

// RaceEnabled tells whether the race detector is at work. It makes pools forget at
// random and runs goroutines in an order of its own: allocations say nothing.
const RaceEnabled = true
