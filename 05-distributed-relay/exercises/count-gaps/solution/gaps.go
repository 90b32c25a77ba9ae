// Package gaps counts what a node has not heard. Every publisher numbers its messages; a gap in the numbers of one is a loss.
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
	//exercise:stub
	// // What has to be remembered of each publisher?
	//exercise:solution
	runs map[string]*run
	//exercise:end
}

//exercise:stub
//exercise:solution

// run is what is remembered of one run of a publisher.
type run struct {
	last    uint64          // the highest number that it is known to have used
	skipped map[uint64]bool // below last, and not come yet
}

//exercise:end

// Message takes note of a message, and reports whether it is to be delivered: only one that has a higher number than
// all before it of the same run. Else its place in the one order has passed.
func (c *Counter) Message(h Header) (deliver bool) {
	//exercise:stub
	// return false
	//exercise:solution
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
	//exercise:end
}

// Probe takes note of a probe. So a gap shows when no message follows it.
func (c *Counter) Probe(h Header) {
	//exercise:stub
	// // Not written yet.
	//exercise:solution
	r := c.run(h, h.Seq)
	c.skip(r, h.Seq)
	r.last = max(r.last, h.Seq) // a probe may be late, too
	//exercise:end
}

//exercise:stub
//exercise:solution

// run finds a run of a publisher, or begins to follow it from a number on. The node's name tells nothing: with a new run
// the numbers begin anew.
func (c *Counter) run(h Header, from uint64) *run {
	if c.runs[h.Run] == nil {
		if c.runs == nil {
			c.runs = map[string]*run{}
		}
		c.runs[h.Run] = &run{last: from, skipped: map[uint64]bool{}}
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

//exercise:end
