package chat

import (
	"math"
	"slices"
)

// Lost is about the first copy of a message that was delivered here and is kept no longer, as a master has taken it with it. Its second
// copy is for those who have not heard the first: they were let in since, and have not come back from the first one's place, or from a
// later one that is lost as well.
type Lost struct {
	Seats uint64 // how many clients had their seats before the relay connected to the server that has not got it: see Hub.Seats
	Nth   uint64 // of all that was lost in this way, counted from 1; 0: it is no second copy, or its first is kept
}

// hearing is what a client has heard of messages that are lost.
type hearing struct {
	number uint64 // of its seat: it has heard what was delivered since; the first is 1
	heard  uint64 // the first so many of all that were lost
}

// noSeat is a number that no seat has: the client still catches up.
const noSeat = math.MaxUint64

func (h hearing) hasHeard(l Lost) bool { return h.number <= l.Seats || h.heard >= l.Nth }

// Seats is how many clients have been let in so far. Whoever comes later has a seat of a higher number.
func (h *Hub) Seats() uint64 { return h.seats.Load() }

// parted are clients that have gone, by their ids, and what each had heard.
type parted struct {
	of     map[string]hearing
	ids    []string // as they went, in a ring
	oldest int      // its index
}

// mostParted is how many are remembered. Some of them come back.
const mostParted = 10_000

func (p *parted) add(id string, heard hearing) {
	if put(&p.of, id, heard); len(p.ids) < mostParted {
		p.ids = append(p.ids, id)
		return
	}
	oldest := &p.ids[p.oldest]
	delete(p.of, *oldest)
	*oldest, p.oldest = id, (p.oldest+1)%mostParted
}

// remember notes what a client has heard that goes. h is locked.
func (h *Hub) remember(c *Conn) {
	if _, ok := h.relay.(Keeper); ok {
		h.parted.add(c.id, c.hearing)
	}
}

// count gives a client the number of its seat: when it has all that was delivered before. Until then it has heard what it comes from, and no more.
func (h *Hub) count(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.number = h.seats.Add(1)
}

// resume notes what a client that comes back has heard of what is lost: what its place tells, or what it had heard when its last connection
// ended, if that was to this hub. One that ended before it got anything is no last one.
func (h *Hub) resume(c *Conn, kept Kept, was []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.heard = max(c.heard, kept.Heard); kept.Lost.Nth == 0 {
		return
	}
	for _, id := range slices.Backward(was) {
		before, ok := h.parted.of[id]
		if still := h.conns[id]; still != nil { // nobody has noticed yet that it ended
			before, ok = still.hearing, true
		}
		switch c.heard = max(c.heard, before.heard); {
		case !ok:
			return
		case before.number <= kept.Lost.Seats:
			c.heard = kept.Lost.Nth
			return
		case before.number != noSeat:
			return
		}
	}
}
