package relaytest

import (
	"sync"

	relay "example.com/redis-chat/05-distributed-relay"
)

// Places are relay.Places that a test decides on.
type Places struct {
	mu      sync.Mutex
	place   relay.Place
	changed chan struct{}
}

// At makes Places that begin there.
func At(p relay.Place) *Places { return &Places{place: p, changed: make(chan struct{})} }

// Set moves the servers.
func (s *Places) Set(p relay.Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.place = p
	close(s.changed)
	s.changed = make(chan struct{})
}

// Now implements relay.Places.
func (s *Places) Now() (relay.Place, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place, s.changed
}

// Avoid implements relay.Places: the test decides.
func (s *Places) Avoid(string) {}

// Replaced implements relay.Places.
func (s *Places) Replaced(string, string) {}
