package livemap

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
	// Done: the command that does the same by hand, in a terminal or, when Typed, where
	// the system runs.
	Command string `json:"command,omitempty"`
	Typed   bool   `json:"typed,omitempty"`
}

// MomentKind says what kind of moment it is.
type MomentKind string

const (
	Became  MomentKind = "became"  // it changed its state
	Done    MomentKind = "done"    // somebody has done something to it, here or on the map
	Noticed MomentKind = "noticed" // somebody has noticed something
	Lost    MomentKind = "lost"    // a node has counted messages as missed
)

// moments are those of the last minutes, for a map that is opened later.
type moments struct {
	mu  sync.Mutex
	all []Moment // the oldest first
}

// maxMoments is how many are kept: more than happen within the minute that is shown.
const maxMoments = 500

// forget drops the oldest moment that is over. It keeps the latest Became of each part,
// however old: that is its state now. It is called with mu held.
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

func (m *moments) add(one Moment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, one)
	if len(m.all) > maxMoments {
		m.forget()
	}
}

func (m *moments) get() []Moment {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// Record keeps a moment, and shows it on the time line. A moment without a time gets
// the time now.
func (f *Feed) Record(m Moment) {
	if m.At == 0 {
		m.At = time.Now().UnixMilli()
	}
	f.moments.add(m)
	f.Show(Update{Moment: &m})
}

// Notice says what has been noticed about a server or a node, in the terminal,
// on the map, and on its time line.
func (f *Feed) Notice(who, format string, args ...any) {
	f.Record(Moment{Kind: Noticed, Who: who, Text: f.Say(format, args...)})
}
