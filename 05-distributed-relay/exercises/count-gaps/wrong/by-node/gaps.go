// Package gaps follows nodes by their names.
//
// The mistake: a node that was started anew has the same name, and numbers that begin at 1. What it says is taken for
// repeated, and nobody gets it.
// The test says: node a was started anew, and its numbers begin at 1 again: heard [a1 1, a1 2, a1 3, a2 1, a2 2, a2 4]: delivered [a1 1, a1 2, a1 3, a2 4]
package gaps

// Header is what a message, or a probe, tells of its publisher.
type Header struct {
	Node string // the publisher's name, for people; it stays the same when the node is started anew
	Run  string // drawn by chance at each start of the publisher
	Seq  uint64 // of a message: its number, counted from 1 in each run. Of a probe: that of the last message before it; 0: none
}

// Counts are of all publishers together.
type Counts struct {
	Missed   int // numbers that were skipped, and have not come since
	Late     int // messages that came after a higher number of their publisher, for the first time
	Repeated int // messages that had come before
}

// Counter counts. It belongs to one goroutine, and its zero value is ready.
type Counter struct {
	// Counts is what has been counted so far.
	Counts
	runs map[string]*run
}

// run is what is remembered of one run of a publisher.
type run struct {
	last    uint64          // the highest number that it is known to have used
	skipped map[uint64]bool // below last, and not come yet
}

// Message takes note of a message, and reports whether it is to be delivered: only one that has a higher number than
// all before it of the same run. Else its place in the one order has passed.
func (c *Counter) Message(h Header) (deliver bool) {
	r := c.run(h, h.Seq-1) // what a publisher said before we heard of it was not for us to hear
	switch {
	case h.Seq > r.last:
		c.skip(r, h.Seq-1)
		r.last = h.Seq
		return true
	case r.skipped[h.Seq]:
		delete(r.skipped, h.Seq)
		c.Missed--
		c.Late++
	default:
		c.Repeated++
	}
	return false
}

// Probe takes note of a probe. So a gap shows when no message follows it.
func (c *Counter) Probe(h Header) {
	r := c.run(h, h.Seq)
	c.skip(r, h.Seq)
	r.last = max(r.last, h.Seq) // a probe may be late, too
}

// run finds a run of a publisher, or begins to follow it from a number on. The name of a node is
// what stays.
func (c *Counter) run(h Header, from uint64) *run {
	if c.runs[h.Node] == nil {
		if c.runs == nil {
			c.runs = map[string]*run{}
		}
		c.runs[h.Node] = &run{last: from, skipped: map[uint64]bool{}}
	}
	return c.runs[h.Node]
}

// skip notes that all numbers up to and including one are in use, and have not come.
func (c *Counter) skip(r *run, upTo uint64) {
	for seq := r.last + 1; seq <= upTo; seq++ {
		r.skipped[seq] = true
		c.Missed++
	}
}
