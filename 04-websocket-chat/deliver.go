package chat

import "sync"

// slabBytes bounds what is encoded into one piece of memory: it stays as long
// as the slowest of its receivers needs it.
const slabBytes = 64 << 10

// Deliver hands events to the clients they are for, each client all of its
// frames in the order of the events. A burst is encoded once: everybody's queue
// gets the same bytes, as one chunk wherever events in a row have the same
// target, and each connection's writer starts once.
//
// One call delivers at a time; who calls decides the order. The events may be
// reused after it returns, but not what they point to.
func (h *Hub) Deliver(events []Event) {
	d := deliveries.Get().(*delivery)
	defer deliveries.Put(d)
	for len(events) > 0 {
		n := d.encode(events, h.o.MaxQueueBytes)
		h.stats.oversize.Add(int64(d.oversize))
		h.handOut(d, events[:n])
		events = events[n:]
	}
}

// delivery is the working memory of one Deliver.
type delivery struct {
	slab     []byte // frames, one behind the other; shared by queues, so never reused
	ends     []int  // of each event's frame
	text     []byte // of one frame
	oversize int
	union    []*Conn
	special  []*Conn
	start    []*Conn // connections whose writer is to be started
}

var deliveries = sync.Pool{New: func() any { return new(delivery) }}

// encode makes the frames of the first events and returns how many.
func (d *delivery) encode(events []Event, limit int) int {
	size := 0
	for i := range events {
		size += len(events[i].Data) + len(events[i].Binary) + 160
		if size > slabBytes {
			break
		}
	}
	d.slab, d.ends, d.oversize = make([]byte, 0, size), d.ends[:0], 0
	for i := range events {
		before := len(d.slab)
		d.slab, d.text = events[i].appendFrame(d.slab, d.text)
		if len(d.slab)-before > limit/2 {
			// It would close everybody who has something else waiting.
			d.slab = d.slab[:before]
			d.oversize++
		}
		d.ends = append(d.ends, len(d.slab))
		if len(d.slab) >= slabBytes {
			break
		}
	}
	return len(d.ends)
}

// frames are those of events first to last-1: one run of bytes. Its capacity is
// its length, so that nobody appends into a neighbour.
func (d *delivery) frames(first, last int) []byte {
	from := 0
	if first > 0 {
		from = d.ends[first-1]
	}
	return d.slab[from:d.ends[last-1]:d.ends[last-1]]
}

func (h *Hub) handOut(d *delivery, events []Event) {
	h.mu.Lock()
	for first := 0; first < len(events); {
		last := first + 1
		for last < len(events) && sameTarget(&events[first], &events[last]) {
			last++
		}
		h.deliverRun(d, events, first, last)
		first = last
	}
	h.mu.Unlock()
	// Only now: a writer that starts earlier would find the first run alone.
	for _, c := range d.start {
		go c.run()
	}
	clear(d.start)
	d.start, d.slab = d.start[:0], nil
}

// sameTarget tells whether events go to the same clients, but for exceptions.
func sameTarget(a, b *Event) bool {
	return len(a.Rooms) == len(b.Rooms) && (len(a.Rooms) == 0 || len(a.Rooms) == 1 && a.Rooms[0] == b.Rooms[0])
}

// deliverRun delivers events that have the same target. Most clients get the
// run as one chunk; special are those that do not get all of it, because they
// are excepted, or that are told "$placed" in its midst.
func (h *Hub) deliverRun(d *delivery, events []Event, first, last int) {
	for i := first; i < last; i++ {
		h.markSpecial(d, &events[i], i)
	}
	count := 0
	if chunk := d.frames(first, last); len(chunk) > 0 {
		for _, c := range h.targets(d, events[first].Rooms) {
			if c.marked {
				c.reached = true
				continue
			}
			d.put(c, chunk)
			count += last - first
		}
	}
	for _, c := range d.special {
		count += d.deliverSpecial(c, events, first, last)
	}
	clear(d.special)
	d.special = d.special[:0]
	h.stats.deliveries.Add(int64(count))
}

func (d *delivery) put(c *Conn, frames []byte) {
	if c.put(frames) {
		d.start = append(d.start, c)
	}
}

func (h *Hub) markSpecial(d *delivery, e *Event, i int) {
	mark := func(c *Conn) {
		if !c.marked {
			c.marked = true
			d.special = append(d.special, c)
		}
	}
	for _, name := range e.Except {
		if c := h.conns[name]; c != nil {
			mark(c)
			c.skips = append(c.skips, i)
		} else if r := h.rooms[name]; r != nil {
			for _, c := range r.members {
				mark(c)
				c.skips = append(c.skips, i)
			}
		}
	}
	if e.Sent != nil {
		mark(e.Sent.conn)
	}
}

func (d *delivery) deliverSpecial(c *Conn, events []Event, first, last int) (count int) {
	skips := c.skips
	for i := first; i < last; i++ {
		skip := false
		for len(skips) > 0 && skips[0] <= i { // ascending; a client may be excepted twice
			skip = skip || skips[0] == i
			skips = skips[1:]
		}
		if s := events[i].Sent; s != nil && s.conn == c && s.placed() {
			d.start = append(d.start, c)
		}
		if frame := d.frames(i, i+1); c.reached && !skip && len(frame) > 0 {
			d.put(c, frame)
			count++
		}
	}
	c.marked, c.reached, c.skips = false, false, c.skips[:0]
	return count
}

// targets are the connections that events for these rooms go to, each once.
// The slice is the hub's own or the delivery's: good until the next call.
func (h *Hub) targets(d *delivery, rooms []string) []*Conn {
	switch len(rooms) {
	case 0:
		return h.all
	case 1:
		if r := h.rooms[rooms[0]]; r != nil {
			return r.members
		}
	}
	h.round++
	clear(d.union)
	d.union = d.union[:0]
	for _, name := range rooms {
		var members []*Conn
		if r := h.rooms[name]; r != nil {
			members = r.members
		} else if c := h.conns[name]; c != nil { // the room of one connection
			members = []*Conn{c}
		}
		for _, c := range members {
			if c.round != h.round {
				c.round = h.round
				d.union = append(d.union, c)
			}
		}
	}
	return d.union
}
