package relay

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.com/redis-chat/03-pubsub"
)

// deliver is the delivering goroutine: all that the subscription holds ready
// goes to the hub in one call, so that it leaves in one write per client.
func (r *Relay) deliver(ctx context.Context, subscriber *pubsub.Subscriber) error {
	forget := time.NewTicker(time.Minute)
	defer forget.Stop()
	for {
		batch, err := subscriber.Receive(ctx)
		if err != nil {
			return err
		}
		now := time.Now()
		for i := range batch {
			r.take(&batch[i], now)
		}
		r.flush()
		r.count()
		select {
		case <-forget.C:
			r.sequences.forget(r.pub, now)
		default:
		}
	}
}

// take handles one thing that the subscription tells.
func (r *Relay) take(e *pubsub.Event, now time.Time) {
	switch e.Kind {
	case pubsub.Message:
		r.message(e, now)
	case pubsub.Subscribed:
		r.o.Log.Info("subscribed", "at", r.o.SubAddr)
	case pubsub.Disconnected, pubsub.Silent:
		r.flush() // what came before goes out before the bad news
		r.health.lost(e.Err, r.sequences)
		if errors.Is(e.Err, pubsub.ErrNotBack) {
			// A master that has become a replica still takes messages, and nobody
			// hears them: ask for its role again.
			r.publisher.doubt.Store(true)
		}
	case pubsub.Alive:
		r.proven(now)
	case pubsub.Overflow:
		// The numbers show the same gap; this says whose fault it was.
		r.o.Log.Error("too slow to deliver: messages dropped", "missed", e.Missed)
	}
}

func (r *Relay) message(e *pubsub.Event, now time.Time) {
	switch e.Channel[len(r.o.Prefix):] {
	case probeChannel:
		p, err := DecodeProbe(e.Payload)
		if err != nil {
			r.malformed(e, err)
			return
		}
		r.sequences.probe(p.Pub, p.Seq, now)
		r.heard(&p, now)
		if e.Probe {
			r.flush()
			r.health.back(p.Count, r.probes.Load(), r.sequences)
			r.forgetSilent(now)
		}
	case presenceChannel:
		var p presence
		if err := unmarshal(e.Payload, &p); err != nil || p.Pub == "" {
			r.malformed(e, errors.Join(errors.New("a presence"), err))
			return
		}
		r.present(&p)
	default:
		r.broadcast(e, now)
	}
}

// broadcast takes in a message for clients.
func (r *Relay) broadcast(e *pubsub.Event, now time.Time) {
	envelope, err := DecodeEnvelope(e.Payload)
	if err != nil {
		r.malformed(e, err)
		return
	}
	if envelope.Pub == "" || envelope.Seq == 0 {
		r.health.unnumbered(now)
	} else if !r.sequences.message(envelope.Pub, envelope.Seq, now) {
		return
	}
	event, err := toEvent(&envelope)
	if err != nil {
		r.malformed(e, err)
		return
	}
	if envelope.Pub == r.pub {
		if w, ok := r.publisher.pending.pop(envelope.Seq); ok {
			event.Sent = w.sent
			r.metrics.relay.Observe(now.Sub(w.since).Seconds())
		}
	}
	r.events = append(r.events, event)
}

// keepEvents is the room for events that a quiet node keeps, 0.6 MB.
const keepEvents = 4096

func (r *Relay) flush() {
	if len(r.events) > 0 {
		r.hub.Deliver(r.events)
		clear(r.events)
		if r.events = r.events[:0]; cap(r.events) > keepEvents {
			r.events = nil // a burst's memory is not kept for ever
		}
	}
}

// count shows the delivering goroutine's numbers to the metrics.
func (r *Relay) count() {
	r.metrics.missed.Store(r.sequences.missed)
	r.metrics.repeated.Store(r.sequences.repeated)
}

func (r *Relay) isOwnProbe(channel, payload string) bool {
	// The identity is random: a probe that contains it is the node's own.
	return strings.HasSuffix(channel, probeChannel) && strings.Contains(payload, r.pub)
}

// malformed counts what cannot be used, and logs it, but not a line for each:
// who floods the channel must not flood the log.
func (r *Relay) malformed(e *pubsub.Event, err error) {
	if errors.Is(err, errReserved) {
		r.metrics.reserved.Inc()
	} else {
		r.metrics.malformed.Inc()
	}
	r.malformedLog.Do(func() {
		r.o.Log.Warn("dropped what cannot be delivered", "channel", e.Channel, "bytes", len(e.Payload), "why", err)
	})
}
