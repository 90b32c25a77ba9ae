package chat

import (
	"sync"
	"time"
)

// pings has each connection pinged every interval, by one timer for all of them: a timer of its own would cost each
// connection 150 bytes, and an idle one has few. All wait equally long, so whoever was pinged last is the last in line.
type pings struct {
	every time.Duration
	began time.Time

	ringing sync.Mutex // held for a turn: the next may be due before it is over
	due     []*Conn    // those of one turn

	mu          sync.Mutex
	timer       *time.Timer // nil: there was nobody yet
	first, last *Conn
}

// turn is a connection's place in the line.
type turn struct {
	before, behind *Conn
	at             time.Duration // since pings began, when it is to be pinged; 0: it is not in line
}

func newPings(every time.Duration) *pings { return &pings{every: every, began: time.Now()} }

// add puts a connection into the line.
func (p *pings) add(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.timer == nil:
		p.timer = time.AfterFunc(p.every, p.ring)
	case p.first == nil:
		p.timer.Reset(p.every)
	}
	p.append(c, time.Since(p.began))
}

// append puts a connection at the end of the line. p is locked.
func (p *pings) append(c *Conn, now time.Duration) {
	c.turn = turn{before: p.last, at: now + p.every}
	if p.last == nil {
		p.first = c
	} else {
		p.last.turn.behind = c
	}
	p.last = c
}

// remove takes a connection out of the line, if it is in it.
func (p *pings) remove(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.turn.at != 0 {
		p.unlink(c)
	}
}

// unlink takes a connection out. p is locked.
func (p *pings) unlink(c *Conn) {
	if before := c.turn.before; before == nil {
		p.first = c.turn.behind
	} else {
		before.turn.behind = c.turn.behind
	}
	if behind := c.turn.behind; behind == nil {
		p.last = c.turn.before
	} else {
		behind.turn.before = c.turn.before
	}
	c.turn = turn{}
}

// ring runs when it is time for the first in line, and for whoever follows closely.
func (p *pings) ring() {
	p.ringing.Lock()
	defer p.ringing.Unlock()
	for _, c := range p.take(time.Since(p.began)) {
		c.sendPing()
	}
	clear(p.due)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first != nil {
		p.timer.Reset(max(p.first.turn.at-time.Since(p.began), 0))
	}
}

// take returns those whose time has come, and puts them at the end of the line.
func (p *pings) take(now time.Duration) []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.due = p.due[:0]
	for c := p.first; c != nil && c.turn.at <= now && len(p.due) < mostAtOnce; c = p.first {
		p.unlink(c)
		p.append(c, now)
		p.due = append(p.due, c)
	}
	return p.due
}

// mostAtOnce are pinged in one turn, which takes a millisecond or two. More have the next.
const mostAtOnce = 256
