// Package kept acknowledges messages that enough replicas have.
package kept

import "errors"

// ErrNotKnown is the end of a message that waited when its master was replaced: the new one may have it, or not.
var ErrNotKnown = errors.New("not known: another server is the master; look before you send it again")

// Ledger knows which messages enough replicas have. One goroutine calls its methods.
type Ledger struct {
	// Need is how many replicas must have a message before it is acknowledged.
	Need int

	//exercise:stub
	//exercise:solution
	replicas map[string]int64 // how far each is, as it said last
	waiting  []message        // in the order of the stream
	told     []int64          // the offsets that were acknowledged
	//exercise:end
}

//exercise:stub
//exercise:solution

type message struct {
	offset int64
	done   func(error)
}

//exercise:end

// Sent notes a message that ends at that offset of the master's stream. done is called once, with what became of it.
func (l *Ledger) Sent(offset int64, done func(error)) {
	//exercise:stub
	// done(nil)
	//exercise:solution
	l.waiting = append(l.waiting, message{offset, done})
	l.settle() // the replicas may have told already
	//exercise:end
}

// Has notes how far a replica is.
func (l *Ledger) Has(replica string, offset int64) {
	//exercise:stub
	//exercise:solution
	if l.replicas == nil {
		l.replicas = map[string]int64{}
	}
	l.replicas[replica] = offset // also when it is less than before: it has lost the rest
	l.settle()
	//exercise:end
}

// Left notes that a replica is gone.
func (l *Ledger) Left(replica string) {
	//exercise:stub
	//exercise:solution
	delete(l.replicas, replica)
	//exercise:end
}

// Promoted notes that a replica is the master now. It returns the offsets that were acknowledged, and that this one does not have.
func (l *Ledger) Promoted(replica string) (lost []int64) {
	//exercise:stub
	// return nil
	//exercise:solution
	for _, m := range l.waiting {
		m.done(ErrNotKnown)
	}
	l.waiting = nil
	for _, offset := range l.told {
		if offset > l.replicas[replica] { // of that one: how far another is helps nobody
			lost = append(lost, offset)
		}
	}
	return lost
	//exercise:end
}

//exercise:stub
//exercise:solution

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

//exercise:end
