package node

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
)

// The heap of a Go program grows by so many percent of what lives in it, stacks
// included, before garbage is collected, and what it has grown to once stays
// with the process. With Go's own 100, 5,000 idle connections take 7.8 KiB each,
// and 9.8 after some traffic; with 50, 7.0 and 7.8.
//
// The price is paid while there is traffic: at 90,000 messages a second 0.5 µs
// of 9 for each. With few connections it would be 1.7 of 7, as then little
// lives, and for nothing. So it depends on how many there are.
const (
	fewPercent, manyPercent = 100, 50

	many = 1000 // connections
	few  = many / 2
)

// Whoever connects leaves more behind than stays: buffers of the HTTP server, the request. After a rush a fifth of the
// process is memory that nobody needs, and Go keeps most of it for the next one. When the rush is over the node gives
// it back, once: a collection, some 10 ms of CPU for 10,000 connections.
const (
	calm = 4    // looks in a row in which hardly anybody came: two seconds
	rush = 1.25 // times as many connections as when it was given back last
)

// watchMemory adapts the garbage collector to the number of connections until
// ctx ends, and gives memory back after a rush. Whoever has set GOGC has decided otherwise.
func watchMemory(ctx context.Context, hub *chat.Hub) {
	if os.Getenv("GOGC") != "" {
		return
	}
	look := time.NewTicker(500 * time.Millisecond) // seldom: each look wakes an idle node up
	defer look.Stop()
	percent, tide := fewPercent, tide{}
	defer func() { debug.SetGCPercent(fewPercent) }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		connections := hub.Stats().Connections
		if next := gcPercent(percent, connections); next != percent {
			percent = next
			debug.SetGCPercent(percent) // stops everybody for some 20 µs
		}
		if tide.turns(connections) {
			debug.FreeOSMemory()
		}
	}
}

// tide follows how connections come and go.
type tide struct {
	last   int // connections at the last look
	quiet  int // looks in which hardly anybody came or went
	before int // connections when memory was given back last
}

// turns reports whether a rush is over: now is the time to give back what it has left.
func (t *tide) turns(connections int) bool {
	moved := max(connections-t.last, t.last-connections)
	t.last = connections
	if t.quiet++; moved > connections/100 {
		t.quiet = 0
	}
	t.before = min(t.before, connections)
	if t.quiet < calm || connections < many || float64(connections) < rush*float64(t.before) {
		return false
	}
	t.before = connections
	return true
}

// gcPercent is the one that follows percent with so many connections: a number
// that goes up and down around a limit changes nothing.
func gcPercent(percent, connections int) int {
	switch {
	case connections >= many:
		return manyPercent
	case connections <= few:
		return fewPercent
	}
	return percent
}
