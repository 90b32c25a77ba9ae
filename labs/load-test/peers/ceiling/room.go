package main

import "sync"

// room has the messages that wait and the connections that get them.
type room struct {
	name string // as JSON

	mu         sync.Mutex
	waiting    batch
	delivering bool // a deliverer runs, and will see what waits

	// members is held while a batch is delivered: a connection that joins or leaves
	// waits for it.
	members sync.Mutex
	conns   []*conn
	taken   batch  // of the deliverer: what it delivers
	others  []byte // of the deliverer: the batch for one of its senders, without its own messages
}

// batch is messages one behind the other, as the bytes that leave.
type batch struct {
	frames  []byte
	ends    []int   // of each message in frames
	senders []*conn // of each message
}

// keepBytes is the largest buffer that is kept for the next batch.
const keepBytes = 1 << 20

func (b *batch) reset() {
	clear(b.senders)
	b.frames, b.ends, b.senders = b.frames[:0], b.ends[:0], b.senders[:0]
	if cap(b.frames) > keepBytes {
		b.frames = nil
	}
}

// few is how many members the sender's reader serves by itself: starting a
// goroutine costs as much as some three writes. In a larger room it goes on
// reading instead, and its next messages leave together with this one.
const few = 16

// publish adds a message, and delivers it or starts a goroutine that does.
func (r *room) publish(sender *conn, data []byte) {
	r.mu.Lock()
	r.waiting.frames = appendMessage(r.waiting.frames, data, r.name, sender.name)
	r.waiting.ends = append(r.waiting.ends, len(r.waiting.frames))
	r.waiting.senders = append(r.waiting.senders, sender)
	start := !r.delivering
	r.delivering = true
	r.mu.Unlock()
	if !start || r.isSmall() && !r.deliver() {
		return
	}
	go func() {
		for r.deliver() {
		}
	}()
}

func (r *room) isSmall() bool {
	r.members.Lock()
	defer r.members.Unlock()
	return len(r.conns) <= few
}

// deliver delivers all that waits, and reports whether more waits by now: if
// so, the caller is still the deliverer.
func (r *room) deliver() (more bool) {
	r.mu.Lock()
	r.taken, r.waiting = r.waiting, r.taken
	r.mu.Unlock()
	r.writeOut()
	r.taken.reset()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delivering = len(r.waiting.ends) > 0
	return r.delivering
}

// writeOut writes the batch to all members. A sender does not get its own messages.
func (r *room) writeOut() {
	r.members.Lock()
	defer r.members.Unlock()
	for _, sender := range r.taken.senders {
		sender.own++
	}
	for _, c := range r.conns {
		if c.own == 0 {
			c.send(r.taken.frames)
		} else if c.own < len(r.taken.senders) {
			c.send(r.without(c))
		}
	}
	for _, sender := range r.taken.senders {
		sender.own = 0
	}
}

// without is the batch without the messages of c.
func (r *room) without(c *conn) []byte {
	r.others = r.others[:0]
	begin := 0
	for i, end := range r.taken.ends {
		if r.taken.senders[i] != c {
			r.others = append(r.others, r.taken.frames[begin:end]...)
		}
		begin = end
	}
	return r.others
}

func (r *room) join(c *conn, welcome []byte) {
	r.members.Lock()
	defer r.members.Unlock()
	c.at = len(r.conns)
	r.conns = append(r.conns, c)
	c.send(welcome) // under the lock: no message comes before it, and none after it is missed
}

func (r *room) leave(c *conn) {
	r.members.Lock()
	defer r.members.Unlock()
	last := len(r.conns) - 1
	r.conns[c.at] = r.conns[last]
	r.conns[c.at].at = c.at
	r.conns[last] = nil
	r.conns = r.conns[:last]
}
