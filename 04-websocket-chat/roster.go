package chat

import (
	"slices"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

const (
	presenceEvery = time.Second // at most one frame a room in this time; who is back within it has not left
	presenceNames = 200         // names in one list of a frame
)

// absence is of connections of one name that went.
type absence struct {
	n     int
	since time.Time // when the last of them did
}

// noteChange notes that so many connections of that name came, or with a negative number
// went, and sees to it that the members hear of it. Who came is told as soon as the last frame is a second old; who
// went, after a second away: a page that is loaded anew is back before, and so is one that goes to another node,
// whatever node is heard first.
func (h *Hub) noteChange(r *room, name string, by int) {
	wait := presenceEvery
	if by > 0 {
		wait -= time.Since(r.told)
		r.came(name, by)
	} else {
		r.went(name, -by)
	}
	if len(r.members) > 0 {
		h.tellIn(r, max(0, wait))
	}
}

func (r *room) came(name string, n int) {
	if gone := r.left[name]; gone.n > n {
		r.left[name] = absence{gone.n - n, gone.since}
		return
	} else if n -= gone.n; gone.n > 0 {
		delete(r.left, name)
	}
	if n > 0 {
		put(&r.joined, name, r.joined[name]+n)
	}
}

// For the members, a client that came and went between two frames was never there.
func (r *room) went(name string, n int) {
	if new := r.joined[name]; new > n {
		r.joined[name] = new - n
		return
	} else if n -= new; new > 0 {
		delete(r.joined, name)
	}
	if n > 0 {
		put(&r.left, name, absence{r.left[name].n + n, time.Now()})
	}
}

// tellIn has the members told after that time, or sooner if that is planned.
func (h *Hub) tellIn(r *room, wait time.Duration) {
	due := time.Now().Add(wait)
	switch {
	case r.timer == nil:
		r.timer = time.AfterFunc(wait, func() { h.tellPresence(r) })
	case due.Before(r.due) && r.timer.Stop(): // else it is about to tell
		r.timer.Reset(wait)
	default:
		return
	}
	r.due = due
}

// tellPresence sends the whole list to members that have just joined, and the changes
// to the others. So everybody gets each change once, and only two frames are encoded,
// however many are present. Whoever has just gone is still in what is told.
func (h *Hub) tellPresence(r *room) {
	h.mu.Lock()
	r.timer, r.told = nil, time.Now()
	gone, held := r.settled()
	count := len(r.members) + r.elsewhere
	for _, a := range held {
		count += a.n
	}
	joined, left := spread(r.joined), spread(gone)
	// region: frames
	var whole, change []byte
	if len(r.fresh) > 0 {
		whole = frame.Encode(frame.EventPresence, r.name, frame.Presence{Count: count, Present: r.roster(held)}, nil)
	}
	if len(joined)+len(left) > 0 && len(r.fresh) < len(r.members) {
		change = frame.Encode(frame.EventPresence, r.name, frame.Presence{Count: count, Joined: joined, Left: left}, nil)
	}
	var start []*Conn
	for _, c := range r.members {
		frame := change
		if r.fresh[c] {
			frame = whole
		}
		if frame != nil && c.put(frame) {
			start = append(start, c)
		}
	}
	// end: frames
	r.fresh, r.joined, r.left = nil, nil, held // not cleared: a map never shrinks, and clearing a large one takes long
	if len(held) > 0 && len(r.members) > 0 {
		h.tellIn(r, presenceEvery)
	}
	h.mu.Unlock()
	writeRound(start)
}

// settled parts those who went: for a second, who are told, and those who may be back in a moment.
func (r *room) settled() (gone map[string]int, held map[string]absence) {
	for name, a := range r.left {
		if r.told.Sub(a.since) >= presenceEvery {
			put(&gone, name, a.n)
		} else {
			put(&held, name, a)
		}
	}
	return gone, held
}

// roster lists who is in the room, with those who have just gone: the first names in the alphabet.
func (r *room) roster(held map[string]absence) []string {
	var names firstNames
	for _, c := range r.members {
		names.add(c.name, 1)
	}
	for _, who := range r.remote {
		for name, n := range who {
			names.add(name, n)
		}
	}
	for name, a := range held {
		names.add(name, a.n)
	}
	return names
}

// spread lists names as often as they are counted, those first in the alphabet.
func spread(counts map[string]int) (names firstNames) {
	for name, n := range counts {
		names.add(name, n)
	}
	return names
}

// firstNames keeps of many names those that fit into a frame, sorted. To sort
// all of them would hold the hub's lock 100 times as long.
type firstNames []string

func (f *firstNames) add(name string, n int) {
	at := len(*f)
	if at == presenceNames && name >= (*f)[at-1] {
		return
	}
	at, _ = slices.BinarySearch(*f, name)
	for range min(n, presenceNames-at) {
		*f = slices.Insert(*f, at, name)
	}
	*f = (*f)[:min(len(*f), presenceNames)]
}
