package streams

import (
	"math"
	"slices"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// stamped is an entry with its id.
type stamped struct {
	ID
	*redis.XMessage
}

func stamp(entries []redis.XMessage) (all []stamped, err error) {
	all = make([]stamped, len(entries))
	for i := range entries {
		all[i].XMessage = &entries[i]
		if all[i].ID, err = ParseID(entries[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// merge makes one order of both streams, by the master's clock, and moves on behind what it
// returns. Last is the place of the last message among the events, if there is one. A probe says how many messages its node has published before it, so these have to
// come before it. One reply shows both streams as they were at one moment: but when there was more of one than fits
// into the reply, the other must not be read beyond that.
func (r *reader) merge(messages, own []stamped) (last place, events []pubsub.Event) {
	if m, o := horizon(messages), horizon(own); m <= o {
		own = before(own, m)
	} else {
		messages = before(messages, o)
	}
	events = make([]pubsub.Event, 0, len(messages)+len(own))
	for len(messages)+len(own) > 0 {
		// Of one millisecond it is not known which was first. A probe behind too many messages does no
		// harm: it denies none of those that came since the one before it.
		if len(own) == 0 || len(messages) > 0 && messages[0].Time <= own[0].Time {
			if e, fresh := r.message(messages[0]); fresh {
				events, last = append(events, e), r.at
			}
			messages = messages[1:]
		} else {
			events = r.own(events, own[0])
			own = own[1:]
		}
	}
	return last, events
}

// horizon is the time up to which a part of a stream tells all there is.
func horizon(entries []stamped) uint64 {
	if len(entries) < readCount {
		return math.MaxUint64
	}
	return entries[len(entries)-1].Time
}

// before are the entries before a time.
func before(entries []stamped, time uint64) []stamped {
	n, _ := slices.BinarySearchFunc(entries, time, func(e stamped, time uint64) int {
		if e.Time < time {
			return -1
		}
		return +1
	})
	return entries[:n]
}

// message moves on behind an entry, and makes an event of it, unless it was delivered before. All nodes read the entries
// in one order: so of those with one key they all deliver the same one.
func (r *reader) message(m stamped) (e pubsub.Event, fresh bool) {
	if at, ok := r.recent.known(m); ok {
		r.at = at
		return e, false
	}
	common := r.at
	if r.at = r.at.next(m.ID); m.ID == r.landmark.id {
		r.at.nr = r.landmark.nr
	}
	r.lose(common, r.recent.add(r.at, m))
	r.news = true
	e = event(m.XMessage, r.at)
	if key, again := keyOf(m.XMessage); key != "" {
		repeat, lost := r.c.keys.note(key, m.ID, again)
		switch {
		case e.Pattern != "":
		case lost.Nth > 0:
			e.Pattern = lostPattern(lost)
		case repeat:
			e.Pattern = repeated
		}
	}
	return e, true
}

// own moves on behind an entry of the other stream. A probe of this node's own tells that all
// is well, if that was in doubt.
func (r *reader) own(events []pubsub.Event, m stamped) []pubsub.Event {
	if at, ok := r.told.known(m); ok { // an old probe says old numbers, and three of those would be believed
		r.nodes = at.id
		return events
	}
	r.nodes = m.ID
	r.c.aging.at(m.ID)
	r.told.add(place{id: m.ID}, m)
	e := pubsub.Event{Kind: pubsub.Message, Channel: text(m.XMessage, fieldChannel), Payload: text(m.XMessage, fieldPayload)}
	if e.Probe = r.o.ConfirmProbe(e.Channel, e.Payload); e.Probe {
		r.loseRest()
	}
	if e.Probe && r.watch.back() {
		events = append(events, pubsub.Event{Kind: pubsub.Alive})
	}
	return append(events, e)
}
