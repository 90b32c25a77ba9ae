// Package lastten lets the member in first, and gives the remembered lines afterwards.
//
// The mistake: what is said between the two steps is given as new, and then again as remembered.
// The test says: a member that joined while others talked has a line twice
package lastten

import (
	"runtime"
	"slices"
	"sync"
)

// Remembered is how many lines a room remembers: the last ones.
const Remembered = 10

// Room is a room of a chat. The zero value is an empty room; its methods may be called from any goroutine.
type Room struct {
	mu      sync.Mutex
	lines   []string // oldest first, at most Remembered
	members []*member
}

type member struct{ put func(line string) }

// Join lets somebody into the room. put puts a line into their queue: at first those that the room remembers, oldest first,
// and then every line that is said until leave is called; each once, and for all members in one order. put never waits, is
// called by one goroutine at a time, and does not call the room.
func (r *Room) Join(put func(line string)) (leave func()) {
	m := &member{put}
	r.mu.Lock()
	r.members = append(r.members, m)
	r.mu.Unlock()
	runtime.Gosched()
	r.mu.Lock()
	lines := slices.Clone(r.lines)
	r.mu.Unlock()
	for _, line := range lines {
		put(line)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.members = slices.DeleteFunc(r.members, func(other *member) bool { return other == m })
	}
}

// Say gives a line to every member, and remembers it.
func (r *Room) Say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) == Remembered {
		copy(r.lines, r.lines[1:])
		r.lines = r.lines[:Remembered-1]
	}
	r.lines = append(r.lines, line)
	for _, m := range r.members {
		m.put(line)
	}
}
