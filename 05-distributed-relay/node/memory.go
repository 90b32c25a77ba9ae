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

// watchMemory adapts the garbage collector to the number of connections until
// ctx ends. Whoever has set GOGC has decided otherwise.
func watchMemory(ctx context.Context, hub *chat.Hub) {
	if os.Getenv("GOGC") != "" {
		return
	}
	look := time.NewTicker(500 * time.Millisecond) // seldom: each look wakes an idle node up
	defer look.Stop()
	percent := fewPercent
	defer func() { debug.SetGCPercent(fewPercent) }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if next := gcPercent(percent, hub.Stats().Connections); next != percent {
			percent = next
			debug.SetGCPercent(percent) // stops everybody for some 20 µs
		}
	}
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
