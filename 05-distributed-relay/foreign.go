package relay

import (
	"strings"
	"sync"
	"time"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// foreign finds messages for rooms that nobody at this node is in. Every node hears every message of the
// whole system, so of ten nodes with rooms of their own each hears nine such messages for one of its own.
// All that is needed of them are publisher and number: a gap has to be counted, whoever the message was for.
//
// The plain way is to do nothing here. Then deliver decodes such a message, counts it, and hands it
// to the hub, which finds nobody. TestForeignMessageIsCountedAsThePlainWayCountsIt sends the same messages both ways.
//
// Its method runs on the subscription's reading goroutines, before anything is copied.
type foreign struct {
	hub     Hub
	trace   *Tracer
	channel string // what stands before a room's name: prefix and key, and "#/#"
	pub     string // this node's own messages have a sender who waits for them
	largest int    // bytes of a message that is not too large

	mu   sync.Mutex
	pubs map[string]string // publishers' identities: a message has its own in memory that is about to be written over
}

func (r *Relay) newForeign() *foreign {
	return &foreign{
		hub: r.hub, trace: r.o.Trace, channel: r.o.Prefix + strings.TrimSuffix(wire.Pattern(r.o.Key), "*"),
		pub: r.pub, largest: r.o.MaxPayload, pubs: map[string]string{},
	}
}

// passOver is pubsub's Options.PassOver. What is not sure goes the plain way: it is false then.
func (f *foreign) passOver(channel, payload string) (pub string, seq uint64, ok bool) {
	room, ours := strings.CutPrefix(channel, f.channel)
	room, single := strings.CutSuffix(room, "#")
	if !ours || !single || len(payload) > f.largest || f.trace.watched() || f.hub.Occupied(room) {
		return "", 0, false
	}
	pub, seq, ok = wire.Glance(payload, room)
	if !ok || pub == f.pub || len(pub) > wire.MaxPub {
		return "", 0, false
	}
	return f.keep(pub), seq, true
}

// mostKept bounds the memory for identities; see mostFollowed.
const mostKept = 1 << 12

// keep returns pub in memory of its own: the same each time.
func (f *foreign) keep(pub string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept, ok := f.pubs[pub]
	if !ok {
		if len(f.pubs) >= mostKept {
			clear(f.pubs)
		}
		kept = strings.Clone(pub)
		f.pubs[kept] = kept
	}
	return kept
}

// countForeign counts a message that was passed over, at its place among the others.
func (r *Relay) countForeign(e *pubsub.Event, now time.Time) {
	if _, err := r.noteNumber(e.Payload, e.Number, now); err != nil {
		r.malformed(e, err)
	}
}
