package faults

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	relay "example.com/redis-chat/05-distributed-relay"
)

// wrongClock: nothing depends on the time that a message carries. A publisher
// with a clock that jumps, back and forth by years, publishes beside the others.
var wrongClock = Row{
	Name: "a publisher whose clock jumps: an hour ahead, then back, 1970, year 9999",
	Break: func(r *run) error {
		jumps := []time.Duration{time.Hour, -time.Hour, 0}
		for i := range 150 {
			at := time.Now().Add(jumps[i%len(jumps)])
			switch i % 10 {
			case 8:
				at = time.Unix(0, 0)
			case 9:
				at = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
			}
			if err := r.publishAt(i+1, at); err != nil {
				return err
			}
			r.wait(20 * time.Millisecond)
		}
		return nil
	},
	Judge: func(r *run, all []Account) {
		clean(r, all)
		answered(r)
		untouched(r, all, 0, 1)
		counts(r, all, 0, 1)
		unnoticed(r, 0, 1)
		for node := range nodeCount {
			r.check(r.grown(node, repeatedMetric) == 0, "node %d drops nothing as repeated: %d", node+1, r.grown(node, repeatedMetric))
		}
		least := 150
		for _, cl := range r.receivers {
			least = min(least, cl.got.of(clockSource))
		}
		r.check(least == 150, "each of its messages arrives: %d of 150", least)
		r.tell("a node's own clock was not set: Go's timers and differences use the monotonic clock, and a message's time is passed through")
	},
}

// clockSource is the number of that publisher, beside nodes and emitter.
const clockSource = nodeCount + 1

func (r *run) publishAt(seq int, at time.Time) error {
	data := stamp{clockSource, seq}.appendTo([]byte{'"'}, messageBytes)
	envelope := relay.Envelope{
		UID: "clock1", Event: "message", Args: []any{json.RawMessage(append(data, '"'))}, Rooms: []string{r.room},
		Pub: "clock-" + r.room, Seq: uint64(seq), At: at.UnixMilli(),
	}
	payload, err := envelope.Append(nil)
	if err != nil {
		return err
	}
	err = r.redis.Do(r.ctx, "PUBLISH", envelope.Channel("socket.io"), payload).Err()
	if err != nil && err != redis.Nil {
		return fmt.Errorf("publish with a wrong clock: %w", err)
	}
	return nil
}

// of counts what came of one source.
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
