package streams

import (
	"context"
	"errors"
	"sync"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
)

// progress is how far the node has delivered, and at which server. A client that comes from a node which was ahead has to
// wait, or it would get some messages twice.
type progress struct {
	mu      sync.Mutex
	at      place               // all up to here has been delivered
	out     place               // and up to here it is being delivered
	begun   bool                // it is known where the node begins
	proven  time.Time           // all that the master had then has been delivered
	since   time.Time           // when the reader came to the server where it is
	archive *archive            // that server; nil: none yet
	lost    map[place]lostPlace // places that were delivered and that a new master does not have
	common  place               // that the new one has, before the last of those
	all     chat.Lost           // that are lost; zero: nothing is
	changed chan struct{}       // closed at the next change; nil: nobody waits
}

func newProgress() *progress { return &progress{} }

// begin notes where the node begins.
func (p *progress) begin(at place) { p.change(func() { p.at, p.begun = at, true }) }

// handed notes what is being delivered.
func (p *progress) handed(last place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = last
}

// confirm notes that what was handed out is delivered.
func (p *progress) confirm() {
	p.change(func() {
		if p.out != (place{}) {
			p.at, p.out = p.out, place{}
		}
	})
}

// prove notes that all that the master had then has been delivered.
func (p *progress) prove(then time.Time) { p.change(func() { p.proven = then }) }

// doubt makes the next who waits wait for a probe that is published from now on: only one that comes back by this server tells what it has.
func (p *progress) doubt() { p.change(func() { p.since = time.Now() }) }

// lostPlace is the place before it that the new master has, and the lost one's number among all that are lost.
type lostPlace struct {
	common place
	nth    uint64
}

// forked notes places that were delivered and are in no stream any more, and the place before them that is. Before them so many were lost already.
func (p *progress) forked(common place, lost []entrySeen, before chat.Lost) {
	p.change(func() {
		if p.lost == nil || len(p.lost)+len(lost) > 2*mostRecent {
			p.lost = map[place]lostPlace{}
		}
		for i, e := range lost {
			p.lost[e.place] = lostPlace{common, before.Nth + uint64(i) + 1}
		}
		p.common, p.all = common, chat.Lost{Seats: before.Seats, Nth: before.Nth + uint64(len(lost))}
	})
}

func (p *progress) change(what func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what()
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// errElsewhere: the place is behind all that there is. It was read at a master that has taken its last entries with it.
var errElsewhere = errors.New("this place is in no stream any more")

// await waits until the node has delivered all up to a place, and returns where it is, and the server that has all of that, which is to be
// given back.
//
// A server that the reader has just come to may be behind the one before, or have nothing yet: it is asked when a probe has come back by it.
// And when one has come back that was published after the wait began, there is nothing left to wait for.
func (p *progress) await(ctx context.Context, until place) (at place, a *archive, err error) {
	for came := time.Now(); ; {
		p.mu.Lock()
		here := p.begun && p.archive != nil && p.proven.After(p.since)
		reached := p.here(p.at).id.Compare(p.here(until).id) >= 0
		if here && (reached || p.proven.After(came)) {
			at, a = p.here(p.at), p.archive
			a.users++
			p.mu.Unlock()
			if !reached {
				err = errElsewhere
			}
			return at, a, err
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return place{}, nil, ctx.Err()
		}
	}
}

// onThis is a place in the stream that there is: the same, or the last one before it that a new master has. Who comes from it has heard so many
// of those that are lost; behind are all that are lost when it is behind them, and tells nothing.
func (p *progress) onThis(at place) (here place, heard uint64, behind chat.Lost) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lost, ok := p.lost[at]; ok {
		return p.here(at), lost.nth, behind
	}
	if at.id.Compare(p.common.id) > 0 {
		behind = p.all
	}
	return at, 0, behind
}

func (p *progress) here(at place) place {
	for { // what two masters had in common the third may have lost
		lost, ok := p.lost[at]
		if !ok {
			return at
		}
		at = lost.common
	}
}
