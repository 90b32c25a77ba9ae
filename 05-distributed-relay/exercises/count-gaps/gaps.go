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
	// What has to be remembered of each publisher?
}

// Message takes note of a message, and reports whether it is to be delivered: only one that has a higher number than
// all before it of the same run. Else its place in the one order has passed.
func (c *Counter) Message(h Header) (deliver bool) {
	return false
}

// Probe takes note of a probe. So a gap shows when no message follows it.
func (c *Counter) Probe(h Header) {
	// Not written yet.
}
