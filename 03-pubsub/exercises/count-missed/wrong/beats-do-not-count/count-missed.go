// Package missed takes a beat for a sign of life, and nothing more.
//
// The mistake: the loss of the last messages is noticed only when another message comes, and perhaps none comes.
// The test says: with 3 outages, the last of them at the end
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
// already is a repetition.
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
	if !isMessage {
		return 0, nil
	}
	if c.last == nil {
		c.last = map[string]int{}
	}
	last, known := c.last[publisher]
	if n <= last && known {
		return 0, nil
	}
	c.last[publisher] = n
	if !known {
		return 0, nil
	}
	missed = n - last - 1
	c.missed += missed
	return missed, nil
}

// Missed is how many messages were missed in all.
func (c *Counter) Missed() int {
	return c.missed
}
