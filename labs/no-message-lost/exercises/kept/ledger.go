// Package kept acknowledges messages that enough replicas have.
package kept

import "errors"

// ErrNotKnown is the end of a message that waited when its master was replaced: the new one may have it, or not.
var ErrNotKnown = errors.New("not known: another server is the master; look before you send it again")

// Ledger knows which messages enough replicas have. One goroutine calls its methods.
type Ledger struct {
	// Need is how many replicas must have a message before it is acknowledged.
	Need int
}

// Sent notes a message that ends at that offset of the master's stream. done is called once, with what became of it.
func (l *Ledger) Sent(offset int64, done func(error)) {
	done(nil)
}

// Has notes how far a replica is.
func (l *Ledger) Has(replica string, offset int64) {
}

// Left notes that a replica is gone.
func (l *Ledger) Left(replica string) {
}

// Promoted notes that a replica is the master now. It returns the offsets that were acknowledged, and that this one does not have.
func (l *Ledger) Promoted(replica string) (lost []int64) {
	return nil
}
