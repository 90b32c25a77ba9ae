package chat

import (
	"bytes"
	"slices"
)

// noteIndividuals notes the clients that event i makes individuals: those that do
// not get it, and the one that is told its place.
func (h *Hub) noteIndividuals(d *delivery, e *Event, i int) {
	mark := func(c *Conn) {
		if !c.individual {
			c.individual = true
			d.individuals = append(d.individuals, c)
		}
	}
	skip := func(c *Conn) {
		mark(c)
		if n := len(c.skips); n == 0 || c.skips[n-1] != i { // however often it is excepted
			c.skips = append(c.skips, i)
		}
	}
	for _, name := range e.Except {
		if c := h.former[name]; c != nil { // it has said this itself, and the event comes late
			skip(c)
		}
		if c := h.conns[name]; c != nil {
			skip(c)
		} else if r := h.rooms[name]; r != nil {
			for _, c := range r.members {
				skip(c)
			}
		}
	}
	if e.Lost.Nth > 0 {
		for _, c := range h.targets(d, e.Rooms) {
			if c.hasHeard(e.Lost) {
				skip(c)
			}
		}
	}
	if e.Sent != nil {
		mark(e.Sent.conn)
	}
}

// deliverIndividually delivers a run with gaps, and "$placed" where it belongs. What
// is between two of these goes as one piece: an exception can make an individual
// of every member of a large room.
func (d *delivery) deliverIndividually(c *Conn, events []Event, r run) (count int) {
	skips, from := c.skips, r.first
	for i := r.first; i < r.last; i++ {
		skip := len(skips) > 0 && skips[0] == i // ascending, each once
		own := events[i].Sent != nil && events[i].Sent.conn == c
		if !skip && !own {
			continue
		}
		count += d.putPiece(c, r, from, i)
		from = i
		if own && events[i].Sent.placed(events[i].Place) {
			d.start = append(d.start, c)
		}
		if skip {
			from, skips = i+1, skips[1:]
		}
	}
	count += d.putPiece(c, r, from, r.last)
	if c.individual, c.reached, c.skips = false, false, c.skips[:0]; cap(c.skips) > 16 {
		c.skips = nil // a burst must not cost memory for ever
	}
	return count
}

// putPiece queues the frames of events first to last of the run, if the client is
// a target of it.
func (d *delivery) putPiece(c *Conn, r run, first, last int) (count int) {
	if !c.reached || first == last {
		return 0
	}
	if frames := d.piece(r, first, last); len(frames) > 0 {
		d.put(c, frames)
	}
	return d.frames(first, last)
}

// piece is a part of a run's chunk, up to the event before last.
type piece struct {
	last   int
	frames []byte
}

// piece returns a part of the run's chunk; a small one is a copy, as a slow
// client would keep all of the chunk, far more than its queue counts. Clients that
// have the same gaps share it.
func (d *delivery) piece(r run, first, last int) []byte {
	base := d.begin(r.first)
	frames := r.chunk[d.begin(first)-base : d.ends[last-1]-base]
	if 2*len(frames) >= len(r.chunk) {
		return frames
	}
	p := &d.pieces[first-r.first]
	if p.last != last {
		*p = piece{last, bytes.Clone(frames)}
	}
	return p.frames
}

// Audience returns the ids of the clients of this node that an event goes to,
// at most as many as given. It is for tracing how a message arrives; Deliver does
// not need it.
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
	return e.Lost.Nth > 0 && c.hasHeard(e.Lost) || slices.ContainsFunc(e.Except, func(name string) bool { return name == c.id || slices.Contains(c.was, name) }) ||
		slices.ContainsFunc(c.rooms, func(r *room) bool { return slices.Contains(e.Except, r.name) })
}
