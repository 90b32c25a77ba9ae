// Package gaps expects every publisher to begin with number 1.
//
// The mistake: a node that starts later than the others counts as missed what was said before it was there.
// The test says: we have started when node a had said 41 things, and none of those was for us: heard [a1 42, a1 43, a1 45]: counted {Missed:42
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
	r := c.run(h)
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
	r := c.run(h)
	c.skip(r, h.Seq)
	r.last = max(r.last, h.Seq) // a probe may be late, too
}

// run finds a run of a publisher. The node's name tells nothing: with a new run
// the numbers begin anew.
func (c *Counter) run(h Header) *run {
	if c.runs[h.Run] == nil {
		if c.runs == nil {
			c.runs = map[string]*run{}
		}
		c.runs[h.Run] = &run{skipped: map[uint64]bool{}}
	}
	return c.runs[h.Run]
}

// skip notes that all numbers up to and including one are in use, and have not come.
func (c *Counter) skip(r *run, upTo uint64) {
	for seq := r.last + 1; seq <= upTo; seq++ {
		r.skipped[seq] = true
		c.Missed++
	}
}
