package chat

import (
	"slices"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

const (
	presenceEvery = time.Second // at most one frame a room in this time
	presenceNames = 200         // names in one list of a frame
)

// noteChange notes that so many connections of that name came, or with a negative number
// went, and sees to it that the members hear of it: as soon as the last frame is a second old.
func (h *Hub) noteChange(r *room, name string, by int) {
	add, cancel := &r.joined, r.left
	if by < 0 {
		add, cancel, by = &r.left, r.joined, -by
	}
	// For the members, a client that came and went between two frames was never there.
	undone := min(by, cancel[name])
	if undone > 0 {
		if cancel[name] -= undone; cancel[name] == 0 {
			delete(cancel, name)
		}
	}
	if by > undone {
		put(add, name, (*add)[name]+by-undone)
	}
	if r.due || len(r.members) == 0 {
		return
	}
	r.due = true
	time.AfterFunc(max(0, presenceEvery-time.Since(r.told)), func() { h.tellPresence(r) })
}

// tellPresence sends the whole list to members that have just joined, and the changes
// to the others. So everybody gets each change once, and only two frames are encoded,
// however many are present.
func (h *Hub) tellPresence(r *room) {
	h.mu.Lock()
	r.due, r.told = false, time.Now()
	count := len(r.members) + r.elsewhere
	joined, left := spread(r.joined), spread(r.left)
	// region: frames
	var whole, change []byte
	if len(r.fresh) > 0 {
		whole = frame.Encode(frame.EventPresence, r.name, frame.Presence{Count: count, Present: r.roster()}, nil)
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
	r.fresh, r.joined, r.left = nil, nil, nil // not cleared: a map never shrinks, and clearing a large one takes long
	h.mu.Unlock()
	writeRound(start)
}

// roster lists who is in the room: the first names in the alphabet.
func (r *room) roster() []string {
	var names firstNames
	for _, c := range r.members {
		names.add(c.name, 1)
	}
	for _, who := range r.remote {
		for name, n := range who {
			names.add(name, n)
		}
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
