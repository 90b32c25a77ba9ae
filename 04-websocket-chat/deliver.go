package chat

import (
	"bytes"
	"slices"
	"sync"
)

// burstBytes bounds what is encoded at once, and so the memory of one chunk: it
// stays as long as the slowest of its receivers needs it.
const burstBytes = 64 << 10

// Deliver hands events to the clients they are for, each client all of its
// frames in the order of the events. A burst is encoded once: everybody's queue
// gets the same bytes, as one chunk wherever events in a row have the same
// target, and each connection's writer starts once. A backlog is paced, or it
// would fill every queue before anything of it is written.
//
// Several goroutines may call it: without a relay each sender's own reader
// does. The hub's lock then makes one order of their bursts, the same for all
// clients. A caller that delivers from one goroutine, as a relay does, decides which
// order it is. The events may be reused after it returns, but not what they point to.
func (h *Hub) Deliver(events []Event) {
	d := deliveries.Get().(*delivery)
	defer deliveries.Put(d)
	for len(events) > 0 {
		n, oversize, full := d.encode(events, h.o.MaxQueueBytes/2)
		if oversize > 0 {
			h.noteOversize(oversize)
		}
		h.handOut(d, events[:n])
		events = events[n:]
		if full {
			h.pace()
		}
	}
}

// noteOversize counts events that were too large, and logs it, but not a line for
// each: whoever floods the nodes must not flood their logs.
func (h *Hub) noteOversize(oversize int) {
	h.stats.oversize.Add(int64(oversize))
	h.oversizeLog.Do(func() {
		h.log.Warn("dropped events that one queue cannot hold", "events", oversize, "since the start", h.stats.oversize.Load(),
			"larger than bytes", h.o.MaxQueueBytes/2)
	})
}

// delivery is the working memory of one Deliver.
type delivery struct {
	encoded     []byte // the burst's frames, one behind the other
	ends        []int  // of each event's frame in it
	text        []byte // of one frame
	union       []*Conn
	individuals []*Conn // of a run: see deliverRun
	pieces      []piece // of a run, by the event that they begin with
	start       []*Conn // connections whose writer is to be started
}

var deliveries = sync.Pool{New: func() any { return new(delivery) }}

// encode makes the frames of the first events. It returns how many events these
// are, how many of them are larger than limit, and whether it stopped because the
// burst is full. A larger one would close every client that has something else
// waiting: it becomes a frame of no bytes.
func (d *delivery) encode(events []Event, limit int) (n, oversize int, full bool) {
	d.encoded, d.ends = d.encoded[:0], d.ends[:0]
	for i := range events {
		before := len(d.encoded)
		d.encoded, d.text = events[i].appendFrame(d.encoded, d.text)
		if len(d.encoded)-before > limit {
			d.encoded = d.encoded[:before]
			oversize++
		}
		d.ends = append(d.ends, len(d.encoded))
		if full = len(d.encoded) >= min(burstBytes, limit/2); full {
			break // a burst is one chunk for many: it must fit into an empty queue
		}
	}
	return len(d.ends), oversize, full
}

// begin is where the frame of event i begins.
func (d *delivery) begin(i int) int {
	if i == 0 {
		return 0
	}
	return d.ends[i-1]
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
	if place := events[len(events)-1].Place; place != "" {
		h.place = place
	}
	h.mu.Unlock()
	writeRound(d.start) // only now: one that starts earlier would find the first run alone
	clear(d.start)
	d.start = d.start[:0]
	if cap(d.encoded) > 2*burstBytes {
		d.encoded, d.text = nil, nil // one large event must not cost memory for ever
	}
}

// sameTarget reports whether two events go to the same clients, exceptions aside.
func sameTarget(a, b *Event) bool {
	return len(a.Rooms) == len(b.Rooms) && (len(a.Rooms) == 0 || len(a.Rooms) == 1 && a.Rooms[0] == b.Rooms[0])
}

// deliverRun delivers events that have the same target. Most clients get the
// run as one chunk. Individuals do not: they are excepted from a part of it, or
// are told "$placed" in its midst.
func (h *Hub) deliverRun(d *delivery, events []Event, first, last int) {
	for i := first; i < last; i++ {
		h.noteIndividuals(d, &events[i], i)
	}
	r := d.run(first, last)
	count := 0
	if len(r.chunk) > 0 {
		for _, c := range h.targets(d, events[first].Rooms) {
			if c.individual {
				c.reached = true
				continue
			}
			d.put(c, r.chunk)
			count += r.frames
		}
	}
	if len(d.individuals) > 0 {
		d.pieces = slices.Grow(d.pieces[:0], last-first)[:last-first]
		for _, c := range d.individuals {
			count += d.deliverIndividually(c, events, r)
		}
		clear(d.individuals)
		clear(d.pieces)
		d.individuals = d.individuals[:0]
	}
	h.stats.deliveries.Add(int64(count))
}

// run is events in a row that have the same target, and their frames: memory
// of their own, of the size that queues count, as a slow client keeps it.
type run struct {
	first, last int
	chunk       []byte
	frames      int // that are in it
}

func (d *delivery) run(first, last int) run {
	return run{
		first: first, last: last, chunk: bytes.Clone(d.encoded[d.begin(first):d.ends[last-1]]),
		frames: d.frames(first, last),
	}
}

// frames counts the frames of events first to last: an event that was too large has none.
func (d *delivery) frames(first, last int) (n int) {
	for i := first; i < last; i++ {
		if d.begin(i) < d.ends[i] {
			n++
		}
	}
	return n
}

func (d *delivery) put(c *Conn, frames []byte) {
	if c.put(frames) {
		d.start = append(d.start, c)
	}
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
	h.visit++
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
			if c.visit != h.visit {
				c.visit = h.visit
				d.union = append(d.union, c)
			}
		}
	}
	return d.union
}
