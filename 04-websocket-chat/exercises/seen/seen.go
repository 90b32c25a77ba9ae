// Package seen knows who has read what in a room.
package seen

import (
	"slices"
)

// Receipts are those of one room. Its methods may be called from any goroutine.
type Receipts struct {
	tell func(name string, line int)
}

// New makes the receipts of an empty room. tell lets the room know that name has read up to that line; it does not call
// the Receipts.
func New(tell func(name string, line int)) *Receipts {
	return &Receipts{tell: tell}
}

// Join notes that somebody has come. They have read nothing, or what they had read when they left.
func (r *Receipts) Join(name string) {
}

// Leave notes that somebody is gone, and reports nothing more.
func (r *Receipts) Leave(name string) {
}

// Said notes the next line, of somebody who is in the room, and gives its number: 1 for the first. Whoever says a line has read
// all lines before it.
func (r *Receipts) Said(name string) (line int) {
	return 0
}

// Read notes that somebody has read all lines up to this one, and tells the room if that is new. A report of a line that nobody
// has said, or of somebody who is not in the room, counts for nothing.
func (r *Receipts) Read(name string, line int) {
	r.tell(name, line)
}

// By names those who have read that line, sorted, without whoever has said it.
func (r *Receipts) By(line int) []string {
	var names []string
	slices.Sort(names)
	return names
}
