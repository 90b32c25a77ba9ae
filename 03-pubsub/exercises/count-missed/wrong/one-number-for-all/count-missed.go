// Package missed keeps one number for all publishers.
//
// The mistake: each publisher counts for itself, and their numbers have nothing to do with each other.
// The test says: two publishers
package missed

import (
	"fmt"
	"strconv"
	"strings"
)

// Counter counts, for all publishers of a subscription. The zero value is ready; it is for one goroutine.
type Counter struct {
	last   int // the highest number that we know of
	known  bool
	missed int
}

// Take notes one payload, and returns how many messages of its publisher were missed right before it. What a publisher has
// published before the first payload that we have of it is not missed: we were not there. A number that is not above what we know
// already is a repetition, and nothing is missed by it.
//
// Anything else is an error that quotes the payload, and counts for nothing.
func (c *Counter) Take(payload string) (missed int, err error) {
	parts := strings.SplitN(payload, " ", 3)
	isMessage := len(parts) == 3
	if len(parts) < 2 || parts[0] == "" {
		return 0, fmt.Errorf("payload %.100q: want a publisher, a number and a text, or a publisher and a number", payload)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 0 || isMessage && n == 0 {
		return 0, fmt.Errorf("payload %.100q: %.20q is not the number of a message", payload, parts[1])
	}
	last, known := c.last, c.known
	if n <= last && known {
		return 0, nil // and last stays: to go back would count the same gap again
	}
	c.last, c.known = n, true
	if !known {
		return 0, nil
	}
	missed = n - last // a beat: all of these
	if isMessage {
		missed-- // this one is here
	}
	c.missed += missed
	return missed, nil
}

// Missed is how many messages were missed in all.
func (c *Counter) Missed() int {
	return c.missed
}
