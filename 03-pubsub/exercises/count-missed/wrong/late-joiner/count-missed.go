// Package missed counts from 0: the first number of a publisher is compared, too.
//
// The mistake: what was published before we came is no loss of ours.
// The test says: whoever comes late has missed nothing
package missed

import (
	"fmt"
	"strconv"
	"strings"
)

// Counter counts, for all publishers of a subscription. The zero value is ready; it is for one goroutine.
type Counter struct {
	last   map[string]int // by publisher: the highest number that we know of
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
	publisher := parts[0]
	n, err := strconv.Atoi(parts[1])
	if err != nil || n < 0 || isMessage && n == 0 {
		return 0, fmt.Errorf("payload %.100q: %.20q is not the number of a message", payload, parts[1])
	}
	if c.last == nil {
		c.last = map[string]int{}
	}
	last := c.last[publisher]
	if n <= last {
		return 0, nil
	}
	c.last[publisher] = n
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
