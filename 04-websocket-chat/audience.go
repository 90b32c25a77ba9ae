package chat

import "slices"

// Audience returns the ids of the clients of this node that an event goes to,
// at most as many as given: for who watches a message arrive. Deliver does not
// need it.
func (h *Hub) Audience(e *Event, most int) (ids []string) {
	d := deliveries.Get().(*delivery)
	defer deliveries.Put(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.targets(d, e.Rooms) {
		if len(ids) == most {
			break
		}
		if !c.excepted(e) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// excepted is called with hub.mu held.
func (c *Conn) excepted(e *Event) bool {
	return slices.Contains(e.Except, c.id) ||
		slices.ContainsFunc(c.rooms, func(r *room) bool { return slices.Contains(e.Except, r.name) })
}
