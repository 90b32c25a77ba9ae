// Package master believes what most of them say.
//
// The mistake: most of them hear of a failover later than the one that leads it. The epoch says who is ahead.
// The test says: two Sentinels of three have not heard of the failover yet: you believe "old:6379", want "new:6379"
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
	votes := map[string]int{}
	heard := 0
	for _, a := range answers {
		age := now.Sub(a.At)
		if a.At.IsZero() || age > Valid {
			continue
		}
		if age <= Fresh {
			heard++
		}
		if votes[a.Master]++; votes[a.Master] > votes[d.Master] {
			d.Master, d.Epoch = a.Master, a.Epoch
		}
	}
	d.Sure = heard > len(answers)/2
	return d
}
