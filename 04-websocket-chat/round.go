package chat

import (
	"runtime"
	"sync"
)

// writeRound writes what waits for these connections, one after the other, on the
// goroutine of whoever delivers. It is the cheapest way there is:
// no goroutine is started, no thread woken, no deadline set for a write that
// does not wait. Against a writer goroutine for each client, a round alone takes
// about 30 % less of the node's CPU: 14 to 44 % in twelve measurements, with 100 or
// 1,000 clients in another process, and one frame or eight. A whole node under load
// takes about 10 % less, and the latency's 99th percentile is a quarter lower
// (labs/load-test/README.md).
//
// And it makes the bursts: messages that come from Redis during a round wait, and
// leave together in the next one. A message that comes alone finds no round and
// leaves at once.
//
// The hub's lock is free by now. Nobody is waited for: a client whose socket does
// not take all of it, because its buffer is full, gets a writer of its own, which
// may wait.
func writeRound(conns []*Conn) {
	parts := min((len(conns)+roundPart-1)/roundPart, runtime.GOMAXPROCS(0))
	if parts <= 1 {
		writePart(conns)
		return
	}
	var others sync.WaitGroup
	for i := 1; i < parts; i++ {
		part := conns[len(conns)*i/parts : len(conns)*(i+1)/parts]
		others.Go(func() { writePart(part) })
	}
	writePart(conns[:len(conns)/parts])
	others.Wait()
}

// roundPart is how many connections are worth a processor of their own: to
// write to 1,000 takes 6 ms, and no message should wait longer than that while a
// processor is free.
const roundPart = 1000

// writeNow is a round of one, for a frame to one client alone. A reader must not call
// it: its stack is to stay small.
func (c *Conn) writeNow() { writePart([]*Conn{c}) }

func writePart(conns []*Conn) {
	b := batches.Get().(*batch)
	defer b.release()
	started := 0
	for _, c := range conns {
		if c.tryWrite(b) {
			continue
		}
		go c.writer()
		if started++; started%writersAtOnce == 0 {
			runtime.Gosched()
		}
	}
}

// writersAtOnce is how many writers are started before they have their turn.
// Without it, and where every write may wait, a frame to all of 5,000 clients
// would make 5,000 goroutines more, whose memory stays: 12 MB.
const writersAtOnce = 64

// tryWrite writes what waits as far as the socket takes it at once (package
// nowait), and reports whether nothing is left: else the caller starts a writer.
func (c *Conn) tryWrite(b *batch) (written bool) {
	for c.raw != nil {
		bytes, last := c.fill(b)
		if len(b.chunks) == 0 {
			c.afterWriting(last)
			return true
		}
		data := b.join()
		if n := b.atOnce.TryWrite(c.raw, data); n < len(data) {
			c.out.putBack(data[n:], n)
			return false
		}
		c.out.done(bytes)
	}
	return false
}
