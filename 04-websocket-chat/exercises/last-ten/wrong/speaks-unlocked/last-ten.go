// Package lastten gives a line to the members without the lock.
//
// The mistake: of two lines that are said at the same time, one member gets this first, and another that.
// The test says: two members that were there all the time have two orders
package lastten

import (
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
	// All of it is one step, with the lock: what is said before is remembered by then, and what is said afterwards finds the new
	// member. With the lock free in between, a line could be neither, or both.
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.lines {
		put(line)
	}
	m := &member{put}
	r.members = append(r.members, m)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.members = slices.DeleteFunc(r.members, func(other *member) bool { return other == m })
	}
}

// Say gives a line to every member, and remembers it.
func (r *Room) Say(line string) {
	r.mu.Lock()
	if len(r.lines) == Remembered {
		copy(r.lines, r.lines[1:])
		r.lines = r.lines[:Remembered-1]
	}
	r.lines = append(r.lines, line)
	members := slices.Clone(r.members)
	r.mu.Unlock()
	for _, m := range members {
		m.put(line)
	}
}
