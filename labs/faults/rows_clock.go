package faults

import (
	"encoding/json"
	"fmt"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/no-message-lost/entry"
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
	command, err := r.carries(&envelope)
	if err == nil {
		err = r.ask(0, command...)
	}
	if err != nil {
		return fmt.Errorf("publish with a wrong clock: %w", err)
	}
	return nil
}

// carries is the command by which a message travels in the run's system.
func (r *run) carries(e *wire.Envelope) ([]any, error) {
	if !r.stage.system.Keeps {
		payload, err := e.Append(nil)
		return []any{"PUBLISH", e.Channel("socket.io"), payload}, err
	}
	data, err := entry.AppendData(nil, e)
	return []any{
		"XADD", "socket.io", "*", entry.UID, e.UID, entry.Namespace, entry.Root, entry.Type, entry.Broadcast, entry.Data, data,
	}, err
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
