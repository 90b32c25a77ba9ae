package relay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// What the master's answer to a PUBLISH proves, and what it does not.

// atMaster returns why a batch that was sent proves nothing: the ROLE behind it was
// not answered, or not by a master. A master that has become a replica answers every
// PUBLISH, and only its own subscribers get it.
func (p *publisher) atMaster() error {
	role, err := replication.RoleOf(p.role)
	switch {
	case err != nil:
		if usual, _ := p.probes.answersAfter(); usual > 0 && dial.Diagnose(err) == dial.NoAnswer {
			return fmt.Errorf("publish to %s: no answer within %v; it usually answers after %v: %w",
				p.o.pubAddr(), p.answerTime().Round(time.Millisecond), usual.Round(10*time.Microsecond), err)
		}
		return classify("publish to", p.o.pubAddr(), err)
	case role.Name != replication.Master:
		return p.o.notMaster(role)
	}
	if someLeft(p.replicas, role.Replicas) {
		p.left, _ = p.probes.last()
	}
	p.replicas = role.Replicas
	return nil
}

// someLeft reports whether a replica of before is missing.
func someLeft(before, now []replication.ReplicaOffset) bool {
	for _, replica := range before {
		if !slices.ContainsFunc(now, func(other replication.ReplicaOffset) bool { return other.Addr == replica.Addr }) {
			return true
		}
	}
	return false
}

// inDoubt reports whether a master's answer alone proves nothing: it may be one that
// others have left. Its replica that left may be ours; or probes do not come back.
func (p *publisher) inDoubt(now time.Time) bool {
	if p.left > 0 {
		if _, back := p.probes.last(); back <= p.left {
			return true
		}
		p.left = 0
	}
	return !p.movingSince.IsZero() || !p.health.delivers() || p.probes.overdue(now)
}

func isProbe(m outgoing) bool { return m.own != nil && m.done != nil }

// check is a message to a room that nobody is in: what shows that the right to
// publish is back, where no client says anything. Probes go by another channel.
func (p *publisher) check() outgoing {
	if p.guard != nil {
		return checkGuarded(p.guard)
	}
	return outgoing{envelope: wire.Envelope{Event: "check", Rooms: []string{p.pub}}, since: time.Now()}
}

// takeBack takes back the numbers of messages that the master has refused, so that
// nobody counts them as missed. One with accepted messages behind it keeps its number:
// those were numbered before the answer came. So does one with a probe behind it that was
// not refused (ownLast): that has told the number, and to whoever hears the probe the next
// message with it would be a repetition. Such a number is missed, and counted so: nobody can tell it from a message that got lost.
func (p *publisher) takeBack(batch []outgoing) {
	before := p.seq
	for i := len(batch) - 1; i >= 0; i-- {
		numbered := batch[i].own == nil
		if !numbered && !isProbe(batch[i]) {
			continue
		}
		if _, refused := errors.AsType[redis.Error](p.commands[i].reply.Err()); !refused {
			break
		}
		if numbered {
			p.seq--
		}
	}
	if p.seq < before {
		p.issued.Store(p.seq)
		p.pending.forget(p.seq + 1)
	}
}

// notePermission notes whether the user may still publish. Rights are changed at run
// time, those to the command and those to channels: so a probe may be taken and no
// message. A refusal holds until a message, or a check, is accepted.
func (p *publisher) notePermission(batch []outgoing) {
	accepted := false
	for i := range batch {
		err := p.commands[i].reply.Err()
		switch trouble := dial.Diagnose(err); {
		case batch[i].own != nil && batch[i].done == nil && !batch[i].checks: // presence: clients' messages pass without it
		case trouble == dial.NotPermitted, trouble == dial.CredentialsRefused:
			if p.refused == nil {
				p.refused = classify("publish to", p.o.pubAddr(), err)
				p.health.tell(p.refused)
			}
			return
		case err == nil && (batch[i].own == nil || batch[i].checks):
			accepted = true
		}
	}
	if accepted {
		p.refused = nil
	}
}

// held are messages that the master has taken while delivery was in doubt. Its
// answer proves little then: during a planned failover there are two masters for
// seconds, and the old one goes on answering. So a message of these is acknowledged
// when it comes back from the replica, or fails at its deadline.
type held struct {
	wake chan struct{} // holds a token when something was put in

	mu    sync.Mutex
	queue fifo[outgoing] // by their age
}

func (h *held) put(m *outgoing) {
	h.mu.Lock()
	h.queue.push(*m)
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next takes out the oldest if it is older than since; else it tells how old the
// oldest is: zero, none.
func (h *held) next(before time.Time) (m outgoing, ok bool, oldest time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.queue.items) == 0 {
		return m, false, oldest
	}
	m = h.queue.items[0]
	if m.since.After(before) {
		return m, false, m.since
	}
	h.queue.drop(1)
	return m, true, oldest
}

// giveUp is a goroutine of its own, as the publishing goroutine may be waiting for
// the master: it fails what was held until its deadline. What came back meanwhile
// has its answer.
func (p *publisher) giveUp(ctx context.Context) {
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.held.wake:
		case <-timer.C:
		}
		for {
			timeout := p.answerTime()
			m, due, oldest := p.held.next(time.Now().Add(-timeout))
			if !due {
				if !oldest.IsZero() {
					timer.Reset(time.Until(oldest.Add(timeout)))
				}
				break
			}
			p.failed(&m, textUnknown)
		}
	}
}
