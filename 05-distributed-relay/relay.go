package relay

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Relay is one node's end of the cluster. It implements chat.Relay: make it
// first, then the hub with it, then Run.
type Relay struct {
	o         Options
	publisher publisher
	health    health
	metrics   *metrics
	pub       string

	// Of the delivering goroutine.
	hub       Hub
	sequences *sequences
	peers     map[string]*peer
	events    []chat.Event
	mine      []mine   // those of them that this node has published
	traced    []func() // tell of those of them that somebody looks at
	waiting   int      // bytes of events, about

	shownMissed, shownRepeated int64 // of the sequences' numbers, what is in the metrics, which other relays may add to, too

	oddLog   rate.Sometimes // of what cannot be delivered: whoever publishes it must not fill the log
	nodeLog  *rate.Limiter  // of nodes that come and go: probes can be forged
	wholeDue chan struct{}  // holds one token when a whole list of our clients is to be told
	askDue   atomic.Bool    // and others are to be asked for theirs
	probes   probes
}

// New makes a relay. Nothing is connected before Run.
func New(o Options) *Relay {
	o = o.withDefaults()
	r := &Relay{
		o: o, metrics: newMetrics(), pub: identity(9),
		peers:    map[string]*peer{},
		oddLog:   rate.Sometimes{Interval: time.Second},
		nodeLog:  rate.NewLimiter(1, 20),
		wholeDue: make(chan struct{}, 1),
	}
	if o.Beside != nil {
		r.pub, r.metrics = o.Beside.pub, o.Beside.metrics
	}
	r.health.log, r.health.wake, r.health.most = o.Log, func() {}, o.MaxDelay
	r.sequences = newSequences(r.pub)
	r.publisher = publisher{
		o: &r.o, uid: identity(5)[:6], pub: r.pub,
		outbox: newOutbox(o.MaxWaiting), pending: &pending{}, metrics: r.metrics,
		ask:  make(chan struct{}, 1),
		held: &held{wake: make(chan struct{}, 1)}, probes: &r.probes, health: &r.health,
	}
	r.publisher.guard, _ = o.Carrier.(Guard)
	if c, ok := o.Carrier.(Continuer); ok {
		r.sequences.goesOn = c.GoesOn
	}
	return r
}

// identity is n random bytes as base64url.
func identity(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Publish takes a message of a client of this node. It implements chat.Relay.
func (r *Relay) Publish(event chat.Event) error {
	envelope, err := toEnvelope(&event, r.o.Carrier)
	if err != nil {
		return err
	}
	r.publisher.trace(Taken, &envelope)
	m := outgoing{
		envelope: envelope, sent: event.Sent, since: time.Now(),
		size: len(event.Data) + len(event.Binary) + 256,
	}
	if !r.publisher.outbox.put(m) {
		r.publisher.trace(Failed, &m.envelope)
		event.Sent.Failed(textFull)
		r.metrics.failed.Inc()
	}
	return nil
}

// RunPart is Run for a hub that other relays may serve, too.
func (r *Relay) RunPart(ctx context.Context, hub Hub) error {
	if err := wire.CheckKey(r.o.Key); err != nil {
		return fmt.Errorf("the channels' key %q: %w", r.o.Key, err)
	}
	r.hub = hub
	r.health.start(hub)
	if err := r.locate(ctx); err != nil {
		return nil
	}
	client := r.o.client(r.o.subAddr())
	defer client.Close()
	group, ctx := errgroup.WithContext(ctx)
	subscriber, err := r.o.Carrier.Subscribe(ctx, client, pubsub.Options{
		// All by pattern: Redis keeps the order of everything on a connection, but
		// miniredis sends what was subscribed by channel and by pattern separately,
		// and a probe that overtakes messages counts them as missed.
		Patterns: []string{
			r.o.Prefix + wire.Pattern(r.o.Key), r.o.own + wire.ProbeChannel, r.o.own + wire.PresenceChannel,
		},
		Probe:         r.publishProbe,
		ConfirmProbe:  r.confirmProbe,
		PassOver:      r.newForeign().passOver,
		ProbeInterval: r.o.ProbeInterval,
		Patience:      func() time.Duration { return r.probes.patience(r.o.ProbeInterval) },
	})
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	group.Go(func() error { r.follow(ctx, subscriber); return nil })
	group.Go(func() error { return r.await(ctx, r.o.pubAddr, r.o.connectMaster) })
	group.Go(func() error {
		return r.await(ctx, r.o.subAddr, func(ctx context.Context) (*link, error) {
			return r.o.connect(ctx, "subscribe at", r.o.subAddr())
		})
	})
	group.Go(func() error { r.publisher.run(ctx); return nil })
	group.Go(func() error { r.publisher.giveUp(ctx); return nil })
	group.Go(func() error { r.followReplica(ctx); return nil })
	group.Go(func() error { r.announce(ctx); return nil })
	group.Go(func() error { return r.deliver(ctx, subscriber) })
	if mistake, ok := asMistake(group.Wait()); ok {
		return mistake
	}
	return nil // the rest ends with ctx, and says so
}

// followReplica asks, whenever it may have changed, whether the subscription's server
// is a replica. While it is not known to be one, it may be the very server that this
// node publishes at.
func (r *Relay) followReplica(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.publisher.ask:
		}
		attempt, cancel := context.WithTimeout(ctx, r.o.connectTime())
		l, err := r.o.connect(attempt, "subscribe at", r.o.subAddr())
		cancel()
		if err == nil {
			l.close()
		}
		r.publisher.around.Store(err == nil && l.role.Name == replication.Replica)
	}
}

// await tries until a server answers. Only a mistake ends it with an error.
func (r *Relay) await(ctx context.Context, addr func() string, connect func(context.Context) (*link, error)) error {
	const pause = 250 * time.Millisecond
	var why string
	for {
		attempt, cancel := context.WithTimeout(ctx, r.o.connectTime())
		l, err := connect(attempt)
		cancel()
		if err == nil {
			l.close()
			return nil
		}
		if ctx.Err() != nil {
			return nil // it failed because of that
		}
		if mistake := r.o.oneSided(ctx, addr(), err); mistake != nil {
			return mistake
		}
		if mistake, ok := asMistake(err); ok {
			return mistake
		}
		r.health.waiting(err)
		if reason := dial.Reason(err); why != reason { // the same, four times a second, would be no news
			why = reason
			r.o.Log.Warn("waiting", "why", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}
