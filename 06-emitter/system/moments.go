package system

import (
	"slices"
	"sync"
	"time"
)

// Moment is something that the time line shows.
type Moment struct {
	At   int64      `json:"at"` // Unix milliseconds
	Kind MomentKind `json:"kind"`
	Who  string     `json:"who"`  // a server or a node
	Text string     `json:"text"` // a state, an action, a sentence
	// Lost: how many messages the node has counted as missed since the last time.
	Count int64 `json:"count,omitempty"`
	// Done: what does the same by hand, in a terminal or, when Typed, where the system runs.
	Command string `json:"command,omitempty"`
	Typed   bool   `json:"typed,omitempty"`
}

// MomentKind says what kind of moment it is.
type MomentKind string

const (
	Became  MomentKind = "became"  // it is in another state
	Done    MomentKind = "done"    // somebody has done something to it, here or on the map
	Noticed MomentKind = "noticed" // somebody has noticed something
	Lost    MomentKind = "lost"    // a node has counted messages as missed
)

// moments are those of the last minutes, for a map that is opened later.
type moments struct {
	mu  sync.Mutex
	all []Moment // the oldest first
}

// maxMoments is more than happens within the minute that is shown.
const maxMoments = 500

// forget drops the oldest moment that is over: the state that a part is in now may
// be the oldest of all. Called with mu held.
func (m *moments) forget() {
	for i, old := range m.all {
		last := old.Kind == Became && !slices.ContainsFunc(m.all[i+1:], func(later Moment) bool {
			return later.Kind == Became && later.Who == old.Who
		})
		if !last {
			m.all = slices.Delete(m.all, i, i+1)
			return
		}
	}
}

// happened notes a moment and shows it.
func (s *System) happened(m Moment) {
	if m.At == 0 {
		m.At = time.Now().UnixMilli()
	}
	s.moments.mu.Lock()
	s.moments.all = append(s.moments.all, m)
	if len(s.moments.all) > maxMoments {
		s.moments.forget()
	}
	s.moments.mu.Unlock()
	s.feed.show(Update{Moment: &m})
}

func (s *System) became(who, state string) { s.happened(Moment{Kind: Became, Who: who, Text: state}) }

func (m *moments) get() []Moment {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// notice says what has been noticed about a server or a node, in the terminal,
// on the map, and on its time line.
func (s *System) notice(who, format string, args ...any) {
	s.happened(Moment{Kind: Noticed, Who: who, Text: s.feed.say(format, args...)})
}
