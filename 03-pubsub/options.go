package pubsub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Options say what to subscribe to and how closely to watch it. At least one channel or pattern is needed;
// every other zero value works.
type Options struct {
	// Channels and Patterns to subscribe to. A message on a channel that also matches a pattern arrives
	// twice: the server sends it once for each.
	Channels, Patterns []string
	// Sharded subscribes by SSUBSCRIBE, for what SPUBLISH publishes at one shard of a Redis Cluster (Redis 7): labs/scale-out. There are no patterns
	// then, and all channels have to be at the shard of client's server. Default: by SUBSCRIBE.
	Sharded bool

	// Probe publishes, at the master, something that comes back through this subscription. It is called
	// each ProbeInterval from a goroutine of its own, one call at a time, with a context that ends after
	// three intervals, and goes on while the subscription is away. Each must differ from the others, so that Move can tell
	// whether two connections have brought the same. nil: nobody watches for silence.
	Probe func(ctx context.Context) error
	// ConfirmProbe reports whether a message is this subscription's own probe coming back. It is called for every
	// message, one call at a time: compare the channel first, and never block. While there are two connections, it may get
	// a probe from each; whether it confirms the second is all the same.
	ConfirmProbe func(channel, payload string) bool
	// ProbeInterval, default 250ms. Three intervals without a probe coming back: Silent.
	ProbeInterval time.Duration
	// Patience, asked again and again, is how long nothing may come back where that is more than three intervals: a
	// way that is long takes longer. nil: three intervals. It must not block.
	Patience func() time.Duration

	// PassOver looks at a message where it lies, before anything is allocated for it. true: nobody here needs it, and what is
	// kept of it is from and number, in a PassedOver. Both strings are the connection's buffer: keep no part of them, not in
	// from either. It is called by the goroutines that read, two while there are two connections, and must not block. It is not asked
	// about messages that the buffer cannot hold (32 KiB). nil: everything is handed over.
	PassOver func(channel, payload string) (from string, number uint64, ok bool)

	// QueueBytes limits the events that wait for a slow reader, default 32 MiB: payloads and names, and the
	// size of an Event for each. Events that Receive has handed out no longer count. As much again is what a
	// standby may hold back.
	QueueBytes int
	// ConnectTimeout is the time from dialing to the last confirmation, default 2s.
	ConnectTimeout time.Duration
}

const (
	defaultProbeInterval  = 250 * time.Millisecond
	defaultQueueBytes     = 32 << 20
	defaultConnectTimeout = 2 * time.Second

	// silentAfter is how many probe intervals are waited for: a lost interval happens (a pause of the
	// scheduler, a slow disk), three in a row do not without a cause.
	silentAfter = 3

	// Reconnecting begins soon, because most outages are restarts, and does not become slow: a subscriber has
	// one connection, a refused dial costs the server nothing, and whatever is published between the server's
	// return and the next try is missed. With 2 s here a node was ready 1.2 s after its replica.
	firstBackoff = 50 * time.Millisecond
	lastBackoff  = 250 * time.Millisecond

	// steady is how long a subscription has stood when its end begins an outage anew; else it was a flicker.
	steady = 2 * time.Second
)

// checked returns o with its defaults in place, or what is wrong with it.
func (o Options) checked() (Options, error) {
	o.Channels, o.Patterns = distinct(o.Channels), distinct(o.Patterns)
	switch {
	case len(o.Channels)+len(o.Patterns) == 0:
		return o, errors.New("subscribe: no channel and no pattern: name at least one")
	case (o.Probe == nil) != (o.ConfirmProbe == nil):
		return o, errors.New("subscribe: Probe and ConfirmProbe belong together: set both, or neither")
	case o.Sharded && len(o.Patterns) > 0:
		return o, errors.New("subscribe: Sharded with a pattern: Redis has none for it; name channels")
	case o.ProbeInterval < 0 || o.QueueBytes < 0 || o.ConnectTimeout < 0:
		return o, fmt.Errorf("subscribe: negative option: ProbeInterval %v, QueueBytes %d, ConnectTimeout %v",
			o.ProbeInterval, o.QueueBytes, o.ConnectTimeout)
	}
	if o.ProbeInterval == 0 {
		o.ProbeInterval = defaultProbeInterval
	}
	if o.QueueBytes == 0 {
		o.QueueBytes = defaultQueueBytes
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = defaultConnectTimeout
	}
	return o, nil
}

// distinct keeps the first of each name: a name given twice would be confirmed twice.
func distinct(names []string) []string {
	var kept []string
	for _, name := range names {
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}
