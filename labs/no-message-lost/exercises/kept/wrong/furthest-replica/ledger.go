// Package kept asks how far any replica is, when one of them is promoted.
//
// The mistake: it takes an acknowledgement for a promise of the next master's. Another replica may have been the one that said yes.
// The test says: replica b, which is at 150, became the master, and 100, 200 and 300 were acknowledged: you say that [] are lost, want [200 300]
package kept

import "errors"

// ErrNotKnown is the end of a message that waited when its master was replaced: the new one may have it, or not.
var ErrNotKnown = errors.New("not known: another server is the master; look before you send it again")

// Ledger knows which messages enough replicas have. One goroutine calls its methods.
type Ledger struct {
	// Need is how many replicas must have a message before it is acknowledged.
	Need int

	replicas map[string]int64 // how far each is, as it said last
	waiting  []message        // in the order of the stream
	told     []int64          // the offsets that were acknowledged
}

type message struct {
	offset int64
	done   func(error)
}

// Sent notes a message that ends at that offset of the master's stream. done is called once, with what became of it.
func (l *Ledger) Sent(offset int64, done func(error)) {
	l.waiting = append(l.waiting, message{offset, done})
	l.settle() // the replicas may have told already
}

// Has notes how far a replica is.
func (l *Ledger) Has(replica string, offset int64) {
	if l.replicas == nil {
		l.replicas = map[string]int64{}
	}
	l.replicas[replica] = offset // also when it is less than before: it has lost the rest
	l.settle()
}

// Left notes that a replica is gone.
func (l *Ledger) Left(replica string) {
	delete(l.replicas, replica)
}

// Promoted notes that a replica is the master now. It returns the offsets that were acknowledged, and that this one does not have.
func (l *Ledger) Promoted(replica string) (lost []int64) {
	for _, m := range l.waiting {
		m.done(ErrNotKnown)
	}
	l.waiting = nil
	for _, offset := range l.told {
		if l.have(offset) == 0 {
			lost = append(lost, offset)
		}
	}
	return lost
}

// settle acknowledges what enough replicas have. A replica that has a message has all before it, so the first one that too few
// have is the end.
func (l *Ledger) settle() {
	for len(l.waiting) > 0 && l.have(l.waiting[0].offset) >= l.Need {
		first := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.told = append(l.told, first.offset)
		first.done(nil)
	}
}

// have is how many replicas have all up to an offset.
func (l *Ledger) have(offset int64) (n int) {
	for _, at := range l.replicas {
		if at >= offset {
			n++
		}
	}
	return n
}
