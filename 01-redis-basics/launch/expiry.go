package launch

import (
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// expiry lets an embedded server's keys expire with the clock. miniredis can
// do so itself (ClockTTL), but looks at every key before every command: with
// 5,000 keys a command then takes a millisecond. This one looks before a
// command too, but not more often than it can afford: a tenth of the time, and
// at least twice a second. A key can live that much longer, never shorter. (It
// must not look more often where a look takes long, for many keys or on a slow
// machine: each command would wait for one.)
type expiry struct {
	m *miniredis.Miniredis

	mu   sync.Mutex
	last time.Time // until when TTLs have been moved on
	next time.Time // not before
}

// before is the server's pre-hook: expiry first, then hook, if there is one.
func (e *expiry) before(hook server.Hook) server.Hook {
	return func(p *server.Peer, cmd string, args ...string) bool {
		e.advance(setsExpiry(cmd, args))
		return hook != nil && hook(p, cmd, args...)
	}
}

// advance moves all TTLs on to now, if that is due or if it must: the time
// before a TTL is set must not count against it.
func (e *expiry) advance(must bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if !must && now.Before(e.next) {
		return
	}
	e.m.FastForward(now.Sub(e.last))
	e.last = now
	e.next = now.Add(lookAgainAfter(time.Since(now)))
}

// lookAgainAfter returns the pause until the next look, after a look that took
// so long.
func lookAgainAfter(took time.Duration) time.Duration {
	return min(max(time.Millisecond, 10*took), 500*time.Millisecond)
}

func setsExpiry(cmd string, args []string) bool {
	switch cmd {
	case "SET":
		return len(args) > 2
	case "SETEX", "PSETEX", "GETEX", "EXPIRE", "PEXPIRE", "HEXPIRE", "HPEXPIRE", "EXEC":
		return true
	}
	return false
}
