// Package kick removes the member in the loop, as it holds the lock, and tells them there.
//
// The mistake: whoever is told may call the room, which is locked, and waits for ever.
// The test says: Say (it puts bob out, who is told by a function that calls Say) does not return
package kick

import (
	"sync"
)

// Room is a room whose members each have a queue, limited in bytes. Its methods may be called from any goroutine.
type Room struct {
	mu      sync.RWMutex
	members map[*Member]bool
}

// Member is a member of a room.
type Member struct {
	limit int // bytes
	gone  func()

	mu    sync.Mutex
	queue []string
	bytes int
}

// NewRoom makes an empty room.
func NewRoom() *Room { return &Room{members: map[*Member]bool{}} }

// Join lets somebody in, for whom so many bytes may wait. When the room puts the member out it calls gone, once; gone may
// call the room, and say a line for instance.
func (r *Room) Join(limit int, gone func()) *Member {
	m := &Member{limit: limit, gone: gone}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = true
	return m
}

// Say puts a line into the queue of each member. Members whose queue cannot hold it are put out; all others have it.
func (r *Room) Say(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		if !m.put(line) {
			delete(r.members, m)
			m.gone()
		}
	}
}

// Kick puts a member out, for whatever reason. If it is out already, nothing happens.
func (r *Room) Kick(m *Member) {
	r.mu.Lock()
	here := r.members[m]
	delete(r.members, m)
	r.mu.Unlock()
	if here {
		m.gone()
	}
}

// Take hands out the lines that wait, oldest first.
func (m *Member) Take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	lines := m.queue
	m.queue, m.bytes = nil, 0
	return lines
}

// put reports false when the queue cannot hold the line.
func (m *Member) put(line string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bytes+len(line) > m.limit {
		return false
	}
	m.queue = append(m.queue, line)
	m.bytes += len(line)
	return true
}
