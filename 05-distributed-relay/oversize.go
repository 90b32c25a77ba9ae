package relay

import (
	"errors"
	"fmt"
	"time"

	"example.com/redis-chat/03-pubsub"
)

// oversize counts what is far too large for any client's queue, unread but for
// its number: as JSON it would be several times as large again.
func (r *Relay) oversize(e *pubsub.Event, now time.Time) {
	pub, seq, err := readNumber(e.Payload)
	fresh := false
	if err == nil {
		fresh, err = r.numbered(pub, seq, now)
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

// readNumber reads of an envelope only who published it and its number, "" and 0
// when it has none, and allocates nothing for the rest.
func readNumber(payload string) (pub string, seq uint64, err error) {
	u := unpackers.Get().(*unpacker)
	defer unpackers.Put(u)
	u.s, u.pos = payload, 0
	defer func() { u.s = "" }() // the pool must not keep the payload
	n, err := u.array()
	if err == nil && n != 3 {
		err = fmt.Errorf("an array of 3 is expected, not of %d", n)
	}
	if err == nil {
		err = u.skip(0) // uid
	}
	if err == nil {
		err = u.skip(-2) // packet: arguments begin two levels within it
	}
	if err == nil {
		err = u.fields(func(key string) (err error) {
			switch key {
			case "pub":
				pub, err = u.string()
			case "seq":
				seq, err = u.unsigned()
			default:
				err = u.skip(0)
			}
			return err
		})
	}
	if err == nil && u.pos < len(u.s) {
		err = errors.New("bytes too many at the end")
	}
	return pub, seq, err
}
