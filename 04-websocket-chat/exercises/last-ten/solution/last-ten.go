// Package lastten is a room that remembers what was said last.
package lastten

import (
	"slices"
	"sync"
)

// Remembered is how many lines a room remembers: the last ones.
const Remembered = 10

// Room is a room of a chat. The zero value is an empty room; its methods may be called from any goroutine.
type Room struct {
	//exercise:stub
	//exercise:solution
	mu      sync.Mutex
	lines   []string // oldest first, at most Remembered
	members []*member
	//exercise:end
}

//exercise:stub
//exercise:solution

type member struct{ put func(line string) }

//exercise:end

// Join lets somebody into the room. put puts a line into their queue: at first those that the room remembers, oldest first,
// and then every line that is said until leave is called; each once, and for all members in one order. put never waits, is
// called by one goroutine at a time, and does not call the room.
func (r *Room) Join(put func(line string)) (leave func()) {
	//exercise:stub
	// return func() {}
	//exercise:solution
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
	//exercise:end
}

// Say gives a line to every member, and remembers it.
func (r *Room) Say(line string) {
	//exercise:stub
	//exercise:solution
	// With the lock until the last member has it: else two lines could reach two members in two orders. That costs
	// little, as put never waits.
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
	//exercise:end
}
