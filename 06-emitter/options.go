package emitter

import (
	"cmp"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Options of an Emitter. The zero value works.
type Options struct {
	// Key is the beginning of the channels' names, the nodes' CHANNEL_PREFIX: see
	// wire.CheckKey for what it can be. Default "socket.io".
	Key string
	// Timeout is how long one Emit may take, connecting and waiting for the replicas
	// included, when its context does not end earlier. Default 2s.
	Timeout time.Duration
	// Linger is how long Emit waits for replicas beyond those that WaitFor asks for, so
	// that they are in the receipt. All events leave one after the other: with one
	// replica that hangs, every Emit takes that long. A program that emits often sets
	// some milliseconds. Redis waits at least one; anything shorter counts as one.
	// Default: as long as Timeout allows.
	Linger time.Duration
}

func (o Options) withDefaults() Options {
	o.Key = cmp.Or(o.Key, wire.DefaultKey)
	o.Timeout = cmp.Or(o.Timeout, 2*time.Second)
	return o
}
