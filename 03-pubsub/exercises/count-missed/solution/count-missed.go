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
	"strconv"
	"strings"
)

// Counter counts, for all publishers of a subscription. The zero value is ready; it is for one goroutine.
type Counter struct {
	//exercise:stub
	//exercise:solution
	last   map[string]int // by publisher: the highest number that we know of
	missed int
	//exercise:end
}

// Take notes one payload, and returns how many messages of its publisher were missed right before it. What a publisher has
// published before the first payload that we have of it is not missed: we were not there. A number that is not above what we know
// already is a repetition, and nothing is missed by it.
//
// Anything else is an error that quotes the payload, and counts for nothing.
func (c *Counter) Take(payload string) (missed int, err error) {
	//exercise:stub
	// return 0, fmt.Errorf("not written yet: %q", payload)
	//exercise:solution
	parts := strings.SplitN(payload, " ", 3)
	isMessage := len(parts) == 3
	if len(parts) < 2 || parts[0] == "" {
		return 0, fmt.Errorf("payload %.100q: want a publisher, a number and a text, or a publisher and a number", payload)
	}
	publisher := parts[0]
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 0 || isMessage && n == 0 {
		return 0, fmt.Errorf("payload %.100q: %.20q is not the number of a message", payload, parts[1])
	}
	if c.last == nil {
		c.last = map[string]int{}
	}
	last, known := c.last[publisher]
	if n <= last && known {
		return 0, nil // and last stays: to go back would count the same gap again
	}
	c.last[publisher] = n
	if !known {
		return 0, nil
	}
	missed = n - last // a beat: all of these
	if isMessage {
		missed-- // this one is here
	}
	c.missed += missed
	return missed, nil
	//exercise:end
}

// Missed is how many messages were missed in all.
func (c *Counter) Missed() int {
	//exercise:stub
	// return -1
	//exercise:solution
	return c.missed
	//exercise:end
}
