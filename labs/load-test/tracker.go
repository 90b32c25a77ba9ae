package loadtest

// tracker follows what one client gets of one sender: each message of it should
// come once, in order.
type tracker struct {
	last    uint32
	missing map[uint32]bool // passed over; made at the first gap
}

// verdict is what an arriving message is.
type verdict int

const (
	fresh      verdict = iota // not seen before, and behind all that were
	outOfOrder                // not seen before, but a later one was
	repeated                  // seen before
)

// see takes the next message in.
func (t *tracker) see(seq uint32) verdict {
	switch {
	case seq == t.last+1: // as nearly always
		t.last = seq
		return fresh
	case seq > t.last:
		if t.missing == nil {
			t.missing = map[uint32]bool{}
		}
		for n := t.last + 1; n < seq; n++ {
			t.missing[n] = true
		}
		t.last = seq
		return fresh
	case t.missing[seq]:
		delete(t.missing, seq)
		return outOfOrder
	}
	return repeated
}
