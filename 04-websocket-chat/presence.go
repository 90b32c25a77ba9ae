package chat

import (
	"maps"
	"slices"
	"time"
)

const (
	presenceEvery = time.Second // at most one frame a room in this time
	presenceNames = 200         // names in one list of a frame
)

// PresenceUpdate is who came and went on one node: what nodes tell each other.
type PresenceUpdate struct {
	Whole  bool                // Joined is all there is, not a change
	Joined map[string][]string // room: names, one for each connection
	Left   map[string][]string
}

// TakePresence returns what has changed since it was last called, or with
// whole all that is; ok is false when there is nothing to tell. The relay calls
// it: a hub without one keeps no changes.
func (h *Hub) TakePresence(whole bool) (u PresenceUpdate, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, h.changes = h.changes, PresenceUpdate{}
	if !whole {
		return u, len(u.Joined)+len(u.Left) > 0
	}
	u = PresenceUpdate{Whole: true, Joined: map[string][]string{}}
	for name, r := range h.rooms {
		for _, c := range r.members {
			u.Joined[name] = append(u.Joined[name], c.name)
		}
	}
	return u, true
}

// record keeps a change of our own clients for the relay.
func (h *Hub) record(room, name string, joined bool) {
	if _, alone := h.relay.(loopback); alone {
		return
	}
	list := &h.changes.Left
	if joined {
		list = &h.changes.Joined
	}
	if *list == nil {
		*list = map[string][]string{}
	}
	(*list)[room] = append((*list)[room], name)
}

// ApplyPresence takes in what another node tells of its clients.
func (h *Hub) ApplyPresence(node string, u PresenceUpdate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if u.Whole {
		h.replace(node, u.Joined)
		return
	}
	for room, names := range u.Joined {
		for _, name := range names {
			h.shift(h.room(room), node, name, +1)
		}
	}
	for room, names := range u.Left {
		r := h.rooms[room]
		for _, name := range names {
			if r != nil && r.remote[node][name] > 0 {
				h.shift(r, node, name, -1)
			}
		}
	}
}

// ForgetNode takes a node's clients out of all rooms: it is gone.
func (h *Hub) ForgetNode(node string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replace(node, nil)
}

// replace makes rooms the whole truth about a node. Only differences are
// shifted, so that a list that says what is known tells nobody anything.
func (h *Hub) replace(node string, rooms map[string][]string) {
	for name := range rooms {
		h.room(name) // so that the walk below comes to it
	}
	for name, r := range h.rooms {
		want := map[string]int{}
		for _, who := range rooms[name] {
			want[who]++
		}
		have := maps.Clone(r.remote[node])
		for who, n := range want {
			h.shiftBy(r, node, who, n-have[who])
		}
		for who, n := range have {
			if want[who] == 0 {
				h.shiftBy(r, node, who, -n)
			}
		}
		h.forgetEmpty(r)
	}
}

func (h *Hub) shiftBy(r *room, node, name string, n int) {
	for ; n > 0; n-- {
		h.shift(r, node, name, +1)
	}
	for ; n < 0; n++ {
		h.shift(r, node, name, -1)
	}
}

// shift adds or takes one connection of another node.
func (h *Hub) shift(r *room, node, name string, by int) {
	names := r.remote[node]
	if names == nil {
		names = map[string]int{}
		r.remote[node] = names
	}
	if names[name] += by; names[name] == 0 {
		delete(names, name)
	}
	if len(names) == 0 {
		delete(r.remote, node)
	}
	r.elsewhere += by
	h.changed(r, name, by)
	h.forgetEmpty(r)
}

// changed notes that a connection of that name came or went, and sees to it
// that the members hear of it: at once when the last frame is a second old,
// else when it will be.
func (h *Hub) changed(r *room, name string, by int) {
	add, cancel := r.joined, r.left
	if by < 0 {
		add, cancel = r.left, r.joined
	}
	if cancel[name] > 0 { // who came and went between two frames was never there
		if cancel[name]--; cancel[name] == 0 {
			delete(cancel, name)
		}
	} else {
		add[name]++
	}
	if r.due || len(r.members) == 0 {
		return
	}
	r.due = true
	time.AfterFunc(max(0, presenceEvery-time.Since(r.told)), func() { h.tellPresence(r) })
}

// tellPresence sends those who have just joined the whole list, and the others
// what has changed. So everybody gets each change once, and two frames are
// encoded however many are present.
func (h *Hub) tellPresence(r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.due, r.told = false, time.Now()
	count := len(r.members) + r.elsewhere
	joined, left := spread(r.joined), spread(r.left)
	var whole, change []byte
	for _, c := range r.members {
		switch {
		case r.fresh[c] && whole == nil:
			whole = nodeFrame("$presence", r.name, Presence{Count: count, Present: r.present()}, nil)
			fallthrough
		case r.fresh[c]:
			c.send(whole)
		case len(joined)+len(left) == 0:
		case change == nil:
			change = nodeFrame("$presence", r.name, Presence{Count: count, Joined: joined, Left: left}, nil)
			fallthrough
		default:
			c.send(change)
		}
	}
	clear(r.fresh)
	clear(r.joined)
	clear(r.left)
}

// present is who is in the room, sorted and capped.
func (r *room) present() []string {
	names := make([]string, 0, len(r.members)+r.elsewhere)
	for _, c := range r.members {
		names = append(names, c.name)
	}
	for _, who := range r.remote {
		for name, n := range who {
			names = append(names, slices.Repeat([]string{name}, n)...)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), presenceNames)]
}

// spread lists names as often as they are counted, sorted and capped.
func spread(counts map[string]int) (names []string) {
	for name, n := range counts {
		names = append(names, slices.Repeat([]string{name}, n)...)
	}
	slices.Sort(names)
	return names[:min(len(names), presenceNames)]
}
