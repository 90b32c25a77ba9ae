package relay

import (
	"time"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// oversize counts what is far too large for any client's queue, unread but for
// its number: as JSON it would be several times as large again.
func (r *Relay) oversize(e *pubsub.Event, now time.Time) {
	pub, seq, err := wire.DecodeNumber(e.Payload)
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
