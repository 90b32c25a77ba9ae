// Package missed counts what a subscriber has missed.
//
// Redis does not number messages, so whoever publishes does. A payload is one of two:
//
//	alice 7 good morning    a message: the 7th that the publisher alice has published
//	alice 7                 a beat: alice has published 7 messages until now
//
// The publisher's name has no spaces. The number is a whole number: of a message 1 or more, of a beat 0 or more.
// Beats are published now and then, on the same channel, so that a subscriber that missed the last message learns of it.
package missed

import (
	"fmt"
)

// Counter counts, for all publishers of a subscription. The zero value is ready; it is for one goroutine.
type Counter struct {
}

// Take notes one payload, and returns how many messages of its publisher were missed right before it. What a publisher has
// published before the first payload that we have of it is not missed: we were not there. A number that is not above what we know
// already is a repetition, and nothing is missed by it.
//
// Anything else is an error that quotes the payload, and counts for nothing.
func (c *Counter) Take(payload string) (missed int, err error) {
	return 0, fmt.Errorf("not written yet: %q", payload)
}

// Missed is how many messages were missed in all.
func (c *Counter) Missed() int {
	return -1
}
