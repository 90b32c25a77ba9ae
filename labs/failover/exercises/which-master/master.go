// Package master decides which of several Sentinels is right.
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
	return Decision{}
}
