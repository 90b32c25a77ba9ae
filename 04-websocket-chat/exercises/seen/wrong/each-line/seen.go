// Package seen tells each line that is new.
//
// The mistake: whoever opens the page after a night tells everybody in the room of 500 lines, one by one.
// The test says: bob has read up to line 3, of three: the room was told "bob 1, bob 2, bob 3", want "bob 3"
package seen

import (
	"slices"
	"sync"
)

// Receipts are those of one room. Its methods may be called from any goroutine.
type Receipts struct {
	tell func(name string, line int)

	mu      sync.Mutex
	present map[string]bool
	upTo    map[string]int // the last line that somebody has read, also of those who have left
	authors []string       // of line 1, 2, 3 …
}

// New makes the receipts of an empty room. tell lets the room know that name has read up to that line; it does not call
// the Receipts.
func New(tell func(name string, line int)) *Receipts {
	return &Receipts{tell: tell, present: map[string]bool{}, upTo: map[string]int{}}
}

// Join notes that somebody has come. They have read nothing, or what they had read when they left.
func (r *Receipts) Join(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.present[name] = true
}

// Leave notes that somebody is gone, and reports nothing more.
func (r *Receipts) Leave(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.present, name)
}

// Said notes the next line, of somebody who is in the room, and gives its number: 1 for the first. Whoever says a line has read
// all lines before it.
func (r *Receipts) Said(name string) (line int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.authors = append(r.authors, name)
	r.upTo[name] = len(r.authors)
	return len(r.authors)
}

// Read notes that somebody has read all lines up to this one, and tells the room if that is new. A report of a line that nobody
// has said, or of somebody who is not in the room, counts for nothing.
func (r *Receipts) Read(name string, line int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.present[name] || line > len(r.authors) || line <= r.upTo[name] {
		return
	}
	for r.upTo[name] < line {
		r.upTo[name]++
		r.tell(name, r.upTo[name])
	}
}

// By names those who have read that line, sorted, without whoever has said it.
func (r *Receipts) By(line int) []string {
	var names []string
	r.mu.Lock()
	defer r.mu.Unlock()
	if line < 1 || line > len(r.authors) {
		return nil
	}
	for name, upTo := range r.upTo {
		if upTo >= line && name != r.authors[line-1] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
