package chat

import (
	"sync"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/nowait"
)

// maxWrite bounds one write, in bytes. It is large enough that a burst leaves
// in one system call, and small enough that a client that does read, slowly,
// is seen to make progress before its queue is full.
const maxWrite = 64 << 10

// batch is a writer's working memory: borrowed, so that only connections that
// are being written to have one.
type batch struct {
	chunks [][]byte
	joined []byte
	atOnce nowait.Writer // what the socket takes without waiting
}

var batches = sync.Pool{New: func() any { return &batch{chunks: make([][]byte, 0, 16)} }}

func (b *batch) release() {
	clear(b.chunks[:cap(b.chunks)])
	batches.Put(b)
}

// fill puts what is to be written next into b. If there are no chunks, nothing waits
// and the writing has ended; last says whether for good.
func (c *Conn) fill(b *batch) (bytes int, last bool) {
	b.chunks, bytes, last = c.out.nextBatch(b.chunks[:0], maxWrite)
	return bytes, last
}

// write sends what waits, as much as possible with each system call, and ends
// when nothing waits.
func (c *Conn) write() {
	b := batches.Get().(*batch)
	defer b.release()
	for {
		bytes, last := c.fill(b)
		if len(b.chunks) == 0 {
			c.afterWriting(last)
			return
		}
		if err := c.writeOnce(b.join()); err != nil {
			// The reader learns it from the closed socket, and ends the connection.
			// Until then nothing more is kept for it.
			c.hub.log.Debug("write ended", "id", c.id, "why", err)
			c.out.end()
			c.hangUp()
			return // writing stays true: no other writer starts
		}
		c.out.done(bytes)
	}
}

func (c *Conn) afterWriting(last bool) {
	if last {
		c.afterLast()
	}
}

// afterLast follows the close frame: a client that closed has its answer now,
// and one that is closed must answer in time or lose its socket.
func (c *Conn) afterLast() {
	if c.out.hasEnded() {
		c.hangUp()
		return
	}
	c.out.mu.Lock() // or the deadline of a reader that lingers would be overtaken
	defer c.out.mu.Unlock()
	if !c.out.lingers {
		_ = c.ws.SetReadDeadline(time.Now().Add(c.hub.o.CloseTimeout))
	}
}

// join makes one piece of all chunks: to copy 300 frames, 64 KiB, takes 2 µs,
// one system call 7. The chunks' memory, which others share, is free while a
// slow client is being written to.
func (b *batch) join() []byte {
	if len(b.chunks) == 1 {
		return b.chunks[0]
	}
	b.joined = b.joined[:0]
	for i, chunk := range b.chunks {
		b.joined = append(b.joined, chunk...)
		b.chunks[i] = nil
	}
	return b.joined
}

func (c *Conn) writeOnce(data []byte) error {
	socket := c.ws.NetConn()
	// Set before every write: a deadline sticks, and would fail a later one.
	if err := socket.SetWriteDeadline(time.Now().Add(c.hub.o.WriteTimeout)); err != nil {
		return err
	}
	if c.closing() { // asked only now: put, which shortens the deadline too, may be anywhere
		_ = socket.SetWriteDeadline(time.Now().Add(c.hub.o.CloseTimeout))
	}
	_, err := socket.Write(data)
	_ = socket.SetWriteDeadline(time.Time{}) // or it would fail the writes of later rounds, which set none
	return err
}

// send queues frames for this client and sees to it that they are written.
func (c *Conn) send(frames []byte) {
	if c.put(frames) {
		go c.writer()
	}
}

// put queues frames; the caller starts the writer when told to. It never
// blocks and takes no lock but the queue's: it may be called under any other.
func (c *Conn) put(frames []byte) (start bool) {
	start, overrun := c.out.put(frames)
	if overrun {
		c.hub.stats.slow.Add(1)
		// The writer may hang in a write to a client that takes nothing: from
		// now on it has only the time that is left for the close frame.
		_ = c.ws.NetConn().SetWriteDeadline(time.Now().Add(c.hub.o.CloseTimeout))
		go func() { // hub.mu may be held here
			c.hub.log.Warn("client too slow, closed", c.logAttrs(), "code", frame.CloseTooSlow.Code)
			c.hub.remove(c)
		}()
	}
	return start
}

// close queues a close frame behind what waits.
func (c *Conn) close(reason frame.CloseReason) {
	if c.out.close(reason) {
		go c.writer()
	}
}

func (c *Conn) closing() bool {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.closed
}
