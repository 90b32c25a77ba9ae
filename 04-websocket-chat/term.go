package chat

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// term is the time that its token gives a connection. It has one timer, which costs no goroutine while it waits: it tells
// the client before the end, and closes it then.
type term struct {
	permit *Permit
	timer  *time.Timer
	lead   time.Duration // how long before the end the client is told
	told   bool
}

// longestLead is enough to get a new token. Of less than ten minutes, a tenth must do.
const longestLead = time.Minute

// admitUntil begins the connection's term, or another one. The hub's lock is held.
func (c *Conn) admitUntil(p *Permit) {
	if c.term == nil {
		c.term = &term{timer: time.AfterFunc(math.MaxInt64, c.termRuns)} // assigned before it can fire
	}
	left := time.Until(p.Until)
	c.term.permit, c.term.lead, c.term.told = p, min(longestLead, left/10), false
	c.term.timer.Reset(left - c.term.lead)
}

// termRuns is called by the timer.
func (c *Conn) termRuns() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	t := c.term
	left := time.Until(t.permit.Until)
	switch {
	case c.gone:
	case left <= 0:
		t.tell(c, 0) // late on a busy machine: a page that does not know why it is closed comes back with the same token
		c.hub.stats.expired.Add(1)
		c.close(frame.CloseExpired)
	case left > t.lead: // another term has begun meanwhile
		t.timer.Reset(left - t.lead)
	default:
		t.tell(c, left)
		t.timer.Reset(left)
	}
}

// tell tells the client once how much is left.
func (t *term) tell(c *Conn, left time.Duration) {
	if !t.told {
		t.told = true
		c.send(expiringFrame(left))
	}
}

func expiringFrame(left time.Duration) []byte {
	seconds := int(math.Ceil(left.Seconds()))
	return frame.Encode(frame.EventExpiring, "", frame.Expiring{
		Seconds: seconds, Text: fmt.Sprintf("your token expires in %d s: bring a new one, or you are closed", seconds),
	}, nil)
}

// renew takes a new token over the open connection, and counts what becomes of it.
func (c *Conn) renew(f frame.Frame) *frame.Problem {
	problem := c.takeToken(f)
	if problem != nil {
		c.hub.stats.notRenewed.Add(1)
	} else {
		c.hub.stats.renewed.Add(1)
	}
	return problem
}

// takeToken begins another term. The name stays, and the token must be for all rooms that the client is in.
func (c *Conn) takeToken(f frame.Frame) *frame.Problem {
	var token string
	if json.Unmarshal(f.Data, &token) != nil || token == "" {
		return frame.Problemf(frame.CodeBadFrame, `%s needs a token, as in {"event":"%s","data":"…"}`, f.Event, f.Event)
	}
	p, err := c.hub.o.Admit(token)
	switch {
	case err != nil:
		return frame.Problemf(frame.CodeForbidden, "%v", err)
	case p.Name != c.name:
		return frame.Problemf(frame.CodeForbidden, "the new token is for the name %q, and you are %q here: connect again with it", p.Name, c.name)
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if c.gone {
		return nil
	}
	for _, r := range c.rooms {
		if !p.covers(r.name) {
			return frame.Problemf(frame.CodeForbidden, "the new token is not for room %q, which you are in: leave that room first", r.name)
		}
	}
	c.admitUntil(&p)
	if f.ID != nil {
		c.send(frame.Encode(frame.EventAck, "", nil, f.ID))
	}
	return nil
}
