// Package master believes the highest epoch that it has ever heard.
//
// The mistake: an answer of an hour ago still counts. Sentinels that are set up anew begin with epoch 0, and nobody would
// believe them again.
// The test says: begin with epoch 0; an hour ago one said epoch 9: you believe "old:6379", want "new:6379"
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
	heard := 0
	for _, a := range answers {
		age := now.Sub(a.At)
		if a.At.IsZero() {
			continue
		}
		if age <= Fresh {
			heard++
		}
		// The epoch is the order of the failovers. How many have heard of the last one says nothing about it.
		if d.Master == "" || a.Epoch > d.Epoch || a.Epoch == d.Epoch && a.At.After(at) {
			d.Master, d.Epoch, at = a.Master, a.Epoch, a.At
		}
	}
	d.Sure = heard > len(answers)/2
	return d
}
