package chat

import (
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Part is a hub for a relay that carries the messages of some rooms only, beside others that carry those of the rest: see
// labs/scale-out. It is the hub, but that a doubt of this relay's concerns the clients in its rooms, and nobody else. What they are told
// of it names the part.
type Part struct {
	*Hub
	name string
	has  func(room string) bool

	// Under the hub's lock.
	text  string         // why messages of its rooms may be missed; "": they are not
	delay time.Duration  // how late they come, when that is the reason
	told  map[*Conn]bool // who was told of the doubt
	after map[*Conn]bool // and who was told of the end of the last one
}

// Part makes one: name is for people, has says whether a room belongs to it. has is called under the hub's lock, must not call the hub, and
// may give another answer later. Make all parts before their relays run.
func (h *Hub) Part(name string, has func(room string) bool) *Part {
	p := &Part{Hub: h, name: name, has: has, told: map[*Conn]bool{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.parts = append(h.parts, p)
	return p
}

// Degrade tells the clients in the part's rooms, and those who enter one later, that messages may be missed.
func (p *Part) Degrade(text string) { p.degrade(text, 0) }

// Delay tells them that messages come, but so much late.
func (p *Part) Delay(text string, late time.Duration) { p.degrade(text, late) }

func (p *Part) degrade(text string, late time.Duration) {
	p.mu.Lock()
	p.text, p.delay = text, late
	start := p.tellConcerned()
	p.mu.Unlock()
	writeRound(start)
}

// Came is to be called when rooms have come to the part: when there is a doubt, their clients are told of it, too.
func (p *Part) Came() {
	p.mu.Lock()
	start := p.tellConcerned()
	p.mu.Unlock()
	writeRound(start)
}

// tellConcerned tells those of the doubt who have not been told. The hub is locked.
func (p *Part) tellConcerned() (start []*Conn) {
	if p.text == "" {
		return nil
	}
	for _, c := range p.all {
		if p.concerns(c) && p.tellDoubt(c) {
			start = append(start, c)
		}
	}
	return start
}

// concerns reports whether a client is in one of the part's rooms. The hub is locked.
func (p *Part) concerns(c *Conn) bool {
	for _, r := range c.rooms {
		if p.has(r.name) {
			return true
		}
	}
	return false
}

// tellDoubt tells a client once, and reports whether it is to be written to. The hub is locked.
func (p *Part) tellDoubt(c *Conn) (start bool) {
	if p.told[c] {
		return false
	}
	p.told[c] = true
	return c.put(p.frame(frame.EventDegraded, struct {
		Text  string `json:"text"`
		Part  string `json:"part"`
		Delay int64  `json:"delay,omitempty"` // milliseconds
	}{p.text, p.name, p.delay.Milliseconds()}))
}

// Recover tells those who were told that delivery is proven again, and how many of the part's messages this node missed; nil: that cannot be known.
func (p *Part) Recover(missed *int64) {
	p.mu.Lock()
	start := p.tellRecovered(p.told, missed)
	if p.text != "" {
		p.text, p.after, p.told = "", p.told, map[*Conn]bool{}
	}
	p.mu.Unlock()
	writeRound(start)
}

// Correct tells those who were told of the last recovery that more was missed before it.
func (p *Part) Correct(missed int64) {
	p.mu.Lock()
	start := p.tellRecovered(p.after, &missed)
	p.mu.Unlock()
	writeRound(start)
}

func (p *Part) tellRecovered(who map[*Conn]bool, missed *int64) (start []*Conn) {
	text := p.frame(frame.EventRecovered, struct {
		Missed *int64 `json:"missed,omitempty"`
		Part   string `json:"part"`
	}{missed, p.name})
	for c := range who {
		if c.put(text) {
			start = append(start, c)
		}
	}
	return start
}

func (p *Part) frame(event string, data any) []byte { return frame.Encode(event, "", data, nil) }

// tellParts tells a client that enters a room of the doubt about it, and reports whether it is to be written to. h is locked.
func (h *Hub) tellParts(c *Conn, room string) (start bool) {
	for _, p := range h.parts {
		if p.text != "" && p.has(room) && p.tellDoubt(c) {
			start = true
		}
	}
	return start
}

// leaveParts forgets a client that is gone. h is locked.
func (h *Hub) leaveParts(c *Conn) {
	for _, p := range h.parts {
		delete(p.told, c)
		delete(p.after, c)
	}
}
