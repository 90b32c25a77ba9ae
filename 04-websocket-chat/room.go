package chat

import "time"

// room knows its members, here and on other nodes.
type room struct {
	name    string
	target  []string // {name}: what its members' events say they are for
	members []*Conn  // a slice: delivering walks it, in the order of memory
	places  map[*Conn]int

	// Presence. Most rooms are small and quiet: a map is made when it is needed.
	remote    map[string]map[string]int // node: name: connections
	elsewhere int                       // connections on other nodes
	fresh     map[*Conn]bool            // members that have not been told who is present
	joined    map[string]int            // names since the last frame, net
	left      map[string]absence        // names that nobody has been told of
	timer     *time.Timer               // of the next frame; nil: none
	due       time.Time                 // when that is
	told      time.Time
}

// Occupied reports whether an event for this room alone would go to a client of this node, who may be the room itself, by
// its id. It waits for no delivery: a relay asks for each message that it reads.
func (h *Hub) Occupied(name string) bool {
	h.present.RLock()
	defer h.present.RUnlock()
	if r := h.rooms[name]; r != nil && len(r.members) > 0 {
		return true
	}
	return h.conns[name] != nil
}

// room returns the room of that name, made when it is not there.
func (h *Hub) room(name string) *room {
	r := h.rooms[name]
	if r == nil {
		r = &room{name: name, target: []string{name}}
		h.present.Lock()
		h.rooms[name] = r
		h.present.Unlock()
	}
	return r
}

// forgetEmpty drops a room that nobody is in, on any node.
func (h *Hub) forgetEmpty(r *room) {
	if len(r.members) == 0 && len(r.remote) == 0 && h.rooms[r.name] == r {
		h.present.Lock()
		delete(h.rooms, r.name)
		h.present.Unlock()
	}
}

func (r *room) add(c *Conn) {
	put(&r.places, c, len(r.members))
	r.members = append(r.members, c)
	put(&r.fresh, c, true)
}

// put sets m[key], and makes the map if there is none.
func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}

func (r *room) drop(c *Conn) {
	place, last := r.places[c], len(r.members)-1
	moved := r.members[last]
	r.members[place] = moved
	r.places[moved] = place
	r.members[last] = nil
	r.members = r.members[:last]
	delete(r.places, c)
	delete(r.fresh, c)
}

// in returns the room of that name that the connection is in, or nil. A slice
// is searched: most connections are in one room, and a map would cost each of
// them 250 bytes.
func (c *Conn) in(name string) *room {
	for _, r := range c.rooms {
		if r.name == name {
			return r
		}
	}
	return nil
}
