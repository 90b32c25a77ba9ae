// Package master counts a majority of those who have answered.
//
// The mistake: with two of three Sentinels gone, the one that is left is all that answers, and a majority of itself.
// The test says: one of three answers: Sure is true, want false
package master

import "time"

// Answer is what one Sentinel said.
type Answer struct {
	At     time.Time // when; zero: it has never answered
	Master string    // host:port
	Epoch  int64     // each failover has a higher one
}

const (
	// Fresh is how old an answer may be that shows that its Sentinel is there.
	Fresh = 3 * time.Second
	// Valid is how old an answer may be that counts.
	Valid = 15 * time.Second
)

// Decision says where the master is.
type Decision struct {
	Master string // host:port; "": nobody knows
	Epoch  int64
	Sure   bool // most Sentinels are heard
}

// Decide judges the answers at a time: one for each Sentinel that was asked.
func Decide(answers []Answer, now time.Time) Decision {
	var d Decision
	var at time.Time
	heard, answered := 0, 0
	for _, a := range answers {
		age := now.Sub(a.At)
		if a.At.IsZero() || age > Valid {
			continue
		}
		answered++
		if age <= Fresh {
			heard++
		}
		// The epoch is the order of the failovers. How many have heard of the last one says nothing about it.
		if d.Master == "" || a.Epoch > d.Epoch || a.Epoch == d.Epoch && a.At.After(at) {
			d.Master, d.Epoch, at = a.Master, a.Epoch, a.At
		}
	}
	d.Sure = heard > answered/2
	return d
}
