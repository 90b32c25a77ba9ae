package relay

import (
	"context"
	"errors"
	"strings"
	"time"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// deliver is the delivering goroutine: all that the subscription holds ready
// goes to the hub in one call, so that it leaves in one write per client.
func (r *Relay) deliver(ctx context.Context, subscriber Receiver) error {
	forget := time.NewTicker(time.Minute)
	defer forget.Stop()
	listening := r.health.listen(ctx, r.sequences)
	for {
		batch, err := subscriber.Receive(listening)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil: // whatever happened while it was on its way: it is not handed over again
		case listening.Err() != nil:
			listening = r.health.listen(ctx, r.sequences)
			r.prove()
			continue
		default:
			return err
		}
		now := time.Now()
		for i := range batch {
			r.handle(&batch[i], now)
		}
		r.flush()
		r.health.correct(r.sequences)
		r.updateMetrics()
		select {
		case <-forget.C:
			r.sequences.forget(now)
		default:
		}
	}
}

// handle takes in one thing that the subscription tells.
func (r *Relay) handle(e *pubsub.Event, now time.Time) {
	switch e.Kind {
	case pubsub.Message:
		r.route(e, now)
	case pubsub.PassedOver:
		r.countForeign(e, now)
	case pubsub.Subscribed, pubsub.Moved:
		r.o.Log.Info(LogSubscribed, "at", r.o.subAddr())
		r.publisher.around.Store(false) // it may be another server
		r.publisher.askAround()
	case pubsub.Disconnected, pubsub.Silent:
		r.flush() // what came before goes out before the bad news
		r.health.lost(e.Err, r.sequences)
		if errors.Is(e.Err, pubsub.ErrNotBack) {
			// The address may lead to another server by now.
			r.publisher.doubt.Store(true)
			if r.o.Places != nil {
				r.o.Places.Avoid(r.o.subAddr())
			}
		}
	case pubsub.Alive:
		r.proven(now)
	case pubsub.Overflow:
		// The numbers show the same gap; this says whose fault it was.
		r.o.Log.Error("too slow to deliver: messages dropped", "missed", e.Missed)
	}
}

// route tells the three channels apart.
func (r *Relay) route(e *pubsub.Event, now time.Time) {
	switch strings.TrimPrefix(e.Channel, r.o.own) {
	case wire.ProbeChannel:
		p, err := wire.DecodeProbe(e.Payload)
		if err == nil {
			err = r.applyProbe(&p, e.Probe, now)
		}
		if err != nil {
			r.malformed(e, err)
		}
	case wire.PresenceChannel:
		p, names, err := wire.DecodePresence(e.Payload)
		if err == nil {
			err = r.applyPresence(&p, names)
		}
		if err != nil {
			r.malformed(e, err)
		}
	default:
		r.broadcast(e, now)
	}
}

// broadcast takes in a message for clients.
func (r *Relay) broadcast(e *pubsub.Event, now time.Time) {
	if len(e.Payload) > r.o.MaxPayload {
		r.oversize(e, now)
		return
	}
	envelope, err := r.o.Carrier.Envelope(e)
	if err != nil {
		r.malformed(e, err)
		return
	}
	if fresh, err := r.noteEnvelope(&envelope, now); err != nil {
		r.malformed(e, err)
		return
	} else if !fresh && envelope.Place == "" { // what has a place is there once, and for all
		return
	}
	event, err := ToEvent(&envelope)
	if err != nil {
		r.malformed(e, err)
		return
	}
	if envelope.Pub == r.pub {
		r.mine = append(r.mine, mine{len(r.events), envelope.Seq})
	}
	r.traceDelivery(&event, e.Payload)
	r.events = append(r.events, event)
	if r.waiting += len(event.Data) + len(event.Binary); r.waiting > flushBytes {
		r.flush() // as JSON a batch can be ten times as large: it must not be in memory whole
	}
}

// oversize counts what is far too large for any client's queue, unread but for
// its number: as JSON it would be several times as large again.
func (r *Relay) oversize(e *pubsub.Event, now time.Time) {
	pub, seq, err := r.o.Carrier.Number(e)
	fresh := false
	if err == nil {
		fresh, err = r.noteNumber(pub, seq, now)
	}
	if err != nil {
		r.malformed(e, err)
	}
	if !fresh {
		return
	}
	r.metrics.oversize.Add(1)
	r.oddLog.Do(func() {
		r.o.Log.Warn("dropped a message that no queue can hold", "channel", e.Channel, "bytes", len(e.Payload), "allowed", r.o.MaxPayload)
	})
}

// noteEnvelope remembers a message's number: its publisher's, or that of its series.
func (r *Relay) noteEnvelope(e *wire.Envelope, now time.Time) (fresh bool, err error) {
	switch {
	case e.Series == "":
		return r.noteNumber(e.Pub, e.Seq, now)
	case e.Pub == r.pub && e.Seq > r.publisher.issued.Load():
		return false, errForged
	}
	return r.noteNumber(e.Series, e.Nth, now)
}

// noteNumber remembers a message's number, and reports whether it is to be delivered.
func (r *Relay) noteNumber(pub string, seq uint64, now time.Time) (fresh bool, err error) {
	switch {
	case pub == "" || seq == 0:
		r.health.unnumbered(now)
		return true, nil
	case len(pub) > wire.MaxPub:
		return false, wire.ErrPub
	case pub == r.pub && seq > r.publisher.issued.Load():
		return false, errForged
	}
	return r.sequences.message(pub, seq, now)
}

// errForged is certain: what this node has published it knows.
var errForged = errors.New("it bears this node's identity, and is not this node's")

const (
	keepEvents = 4096    // the room for events that a quiet node keeps, 0.6 MB
	flushBytes = 1 << 20 // of data, after which events go to the hub before their batch ends
)

// mine is an event that this node has published: its place among those that are to
// go to the hub, and its number.
type mine struct {
	at  int
	seq uint64
}

// answerWait is how long delivery waits for the master's answer to a message that has
// come back, where only the answer tells whether it was the master. It is there
// already, as a server writes both at once; a connection that is stuck costs this much
// each time, and its senders their "$placed".
const answerWait = 50 * time.Millisecond

// place finds the senders of this node's own events.
func (r *Relay) place() {
	if len(r.mine) == 0 {
		return
	}
	last := r.mine[len(r.mine)-1].seq
	if r.publisher.around.Load() && r.o.Durable <= 1 || r.publisher.answers.await(last, answerWait) {
		now := time.Now()
		for _, m := range r.mine {
			if w, ok := r.publisher.pending.pop(m.seq); ok {
				r.events[m.at].Sent = w.sent
				r.metrics.relay.Observe(now.Sub(w.since).Seconds())
			}
		}
	}
	r.mine = r.mine[:0]
}

func (r *Relay) flush() {
	r.place()
	if len(r.events) > 0 {
		r.hub.Deliver(r.events)
		r.tellTraced()
		clear(r.events)
		r.waiting = 0
		if r.events = r.events[:0]; cap(r.events) > keepEvents {
			r.events = nil // a burst's memory is not kept for ever
		}
	}
}

// updateMetrics shows the delivering goroutine's numbers to the metrics.
func (r *Relay) updateMetrics() {
	r.metrics.missed.Add(r.sequences.missed - r.shownMissed)
	r.metrics.repeated.Add(r.sequences.repeated - r.shownRepeated)
	r.shownMissed, r.shownRepeated = r.sequences.missed, r.sequences.repeated
}

// malformed counts what cannot be used, and logs it, but not a line for each:
// whoever floods the channel must not flood the log.
func (r *Relay) malformed(e *pubsub.Event, err error) {
	if errors.Is(err, errReserved) {
		r.metrics.reserved.Inc()
	} else {
		r.metrics.malformed.Inc()
	}
	r.oddLog.Do(func() {
		r.o.Log.Warn("dropped what cannot be delivered", "channel", e.Channel, "bytes", len(e.Payload), "why", err)
	})
}
