package chat

import "math"

// Lost is about the first copy of a message that was delivered here and is kept no longer, as a master has taken it with it. Its second
// copy is for those who have not heard the first: they were let in since, and have not come back from the first one's place, or from a
// later one that is lost as well.
type Lost struct {
	Seats uint64 // how many clients were let in before the relay went to another master: see Hub.Seats
	Nth   uint64 // of all that was lost in this way, counted from 1; 0: it is no second copy, or its first is kept
}

// hearing is what a client has heard of messages that are lost.
type hearing struct {
	number uint64 // of its seat: it has heard what was delivered since; the first is 1
	heard  uint64 // so many of all that were lost
}

// noSeat is a number that no seat has.
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

// resume lets a client go on with what it had heard when its last connection ended, if that was to this hub.
func (h *Hub) resume(c *Conn, was []string) {
	if len(was) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	last := was[len(was)-1]
	before, ok := h.parted.of[last]
	if still := h.conns[last]; still != nil { // nobody has noticed yet that it ended
		before, ok = still.hearing, true
	}
	if ok {
		c.hearing = hearing{min(c.number, before.number), max(c.heard, before.heard)}
	}
}
