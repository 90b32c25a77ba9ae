package faults

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// wrongClock: nothing depends on the time that a message carries. A publisher whose
// clock jumps back and forth by years publishes beside the others.
var wrongClock = Row{
	Name:  "a publisher whose clock jumps: an hour ahead, then back, 1970, year 9999",
	Break: jump(clockMessages),
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		untouched(r, all, 0, 1)
		counts(r, all, 0, 1)
		unnoticed(r, 0, 1)
		for node := range nodeCount {
			r.check(r.grown(node, repeatedMetric) == 0, "node %d drops nothing as repeated: %d", node+1, r.grown(node, repeatedMetric))
		}
		least := r.leastOf(clockSource)
		r.check(least == clockMessages, "each of its messages arrives: %d of %d", least, clockMessages)
		r.tell("a node's own clock was not set: Go's timers and differences use the monotonic clock, and a message's time is passed through")
	},
}

// clockSource is the number of that publisher, beside nodes and emitter, and
// clockMessages is how many messages it sends.
const (
	clockSource   = nodeCount + 1
	clockMessages = 150
)

// jump publishes so many messages, each with another time in it.
func jump(messages int) func(*run) error {
	return func(r *run) error {
		clock := &source{id: clockSource, name: "publisher with a wrong clock", size: messageBytes}
		jumps := []time.Duration{time.Hour, -time.Hour, 0}
		for i := range messages {
			at := time.Now().Add(jumps[i%len(jumps)])
			switch i % 10 {
			case 8:
				at = time.Unix(0, 0)
			case 9:
				at = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
			}
			if err := clock.send(r.began, func(s stamp) error { return r.publishAt(s, at) }); err != nil {
				return err
			}
			r.wait(20 * time.Millisecond)
		}
		return nil
	}
}

func (r *run) publishAt(s stamp, at time.Time) error {
	data := s.appendTo([]byte{'"'}, messageBytes)
	envelope := wire.Envelope{
		UID: "clock1", Event: "message", Args: []any{json.RawMessage(append(data, '"'))}, Rooms: []string{r.room},
		Pub: "clock-" + r.room, Seq: uint64(s.seq), At: at.UnixMilli(),
	}
	payload, err := envelope.Append(nil)
	if err != nil {
		return err
	}
	master := r.server(0)
	defer master.Close()
	err = master.Do(r.ctx, "PUBLISH", envelope.Channel("socket.io"), payload).Err()
	if err != nil && err != redis.Nil {
		return fmt.Errorf("publish with a wrong clock: %w", err)
	}
	return nil
}

// leastOf is how many messages of a source have reached every receiver.
func (r *run) leastOf(source int) int {
	least := r.receivers[0].got.of(source)
	for _, cl := range r.receivers {
		least = min(least, cl.got.of(source))
	}
	return least
}

// of counts the messages that came from one source.
func (r *record) of(source int) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.order {
		if s.source == source {
			n++
		}
	}
	return n
}
