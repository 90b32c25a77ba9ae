package relay

import (
	"sync/atomic"

	"golang.org/x/time/rate"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Tracer tells a watcher what happens to messages in a node: that is how a picture
// of the system can show what happens instead of what ought to happen.
// While nobody looks it costs the reading of one pointer a message. The zero
// value works. All methods may be called by several goroutines at once.
type Tracer struct {
	watch atomic.Pointer[watch]
}

// watch is one look: who is told, and how often.
type watch struct {
	step  func(Step)
	limit [kinds]*rate.Limiter // each kind has its own: what comes in must not hide what goes out
}

// Watch tells step of each step from now on, of each kind at most perSecond in
// a second; the rest is not told. step is called by the goroutines that carry the
// messages: it must not block. nil: nobody looks any more.
func (t *Tracer) Watch(step func(Step), perSecond int) {
	if step == nil {
		t.watch.Store(nil)
		return
	}
	w := &watch{step: step}
	for i := range w.limit {
		w.limit[i] = rate.NewLimiter(rate.Limit(perSecond), perSecond)
	}
	t.watch.Store(w)
}

// watched reports whether somebody looks.
func (t *Tracer) watched() bool { return t != nil && t.watch.Load() != nil }

// looking returns the function to tell of a step of this kind; nil: nobody looks.
func (t *Tracer) looking(kind StepKind) func(Step) {
	if t == nil {
		return nil
	}
	if w := t.watch.Load(); w != nil && w.limit[kind].Allow() {
		return w.step
	}
	return nil
}

// StepKind is what happens to a message.
type StepKind int

const (
	Taken     StepKind = iota // a client of this node has sent it, and it waits to be published
	Failed                    // its client is being told that it was not confirmed
	Delivered                 // it has come back from the replica, and has gone to clients
	kinds
)

// Step is one step of a message's way through a node.
type Step struct {
	Kind    StepKind
	Payload string   // an Envelope: Delivered, as it came from Redis; else without the publisher's number, as it has none yet
	Clients []string // Delivered: ids of clients that it went to, at most mostClients
}

// mostClients of a Delivered step: a picture has no room for more.
const mostClients = 32

// trace tells of a message that has no number: nobody has published it.
func (p *publisher) trace(kind StepKind, e *wire.Envelope) {
	tell := p.o.Trace.looking(kind)
	if tell == nil {
		return
	}
	own := *e
	own.UID = p.uid
	if payload, err := own.Append(nil); err == nil { // toEnvelope has looked at what can be wrong
		tell(Step{Kind: kind, Payload: string(payload)})
	}
}

// traceDelivery notes a message for when it has gone to the clients.
func (r *Relay) traceDelivery(e *chat.Event, payload string) {
	if tell := r.o.Trace.looking(Delivered); tell != nil {
		step := Step{Kind: Delivered, Payload: payload, Clients: r.hub.Audience(e, mostClients)}
		r.traced = append(r.traced, func() { tell(step) })
	}
}

// tellTraced tells what has been noted.
func (r *Relay) tellTraced() {
	for _, tell := range r.traced {
		tell()
	}
	clear(r.traced)
	r.traced = r.traced[:0]
}
