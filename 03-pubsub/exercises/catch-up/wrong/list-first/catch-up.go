// Package catchup reads the list first, and subscribes then.
//
// The mistake: a line that is said between the two is neither in what was read nor published to us.
// The test says: handed over were [1 2 3 4 6], want [1 2 3 4 5 6]
package catchup

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Line is a line of a room.
type Line struct {
	Number int // in the room, from 1
	Text   string
}

// Parse reads a line as it is stored and published.
func Parse(s string) (Line, error) {
	number, text, found := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 {
		return Line{}, fmt.Errorf("line %.100q: want a number from 1, a space and the text", s)
	}
	return Line{n, text}, nil
}

// Follow hands over every line of a room, each once, in the order of their numbers: the lines that are stored in the list
// at key, and then those that are published on channel. When the subscription was interrupted, the lines that were said
// meanwhile are handed over as soon as it stands again.
//
// It runs until ctx ends, or the list cannot be read, or what is stored or published is no line, and returns that error.
// Then nothing of it goes on running. line is called from one goroutine.
func Follow(ctx context.Context, db *redis.Client, key, channel string, line func(Line)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the subscription, whatever ends us
	last := 0      // number of the last line that was handed over
	give := func(stored string) error {
		l, err := Parse(stored)
		if err == nil && l.Number > last { // else it was in the list, and comes by the channel, too
			last = l.Number
			line(l)
		}
		return err
	}
	stored, err := db.LRange(ctx, key, 0, -1).Result()
	if err != nil {
		return fmt.Errorf("read the lines at %q: %w", key, err)
	}
	for _, l := range stored {
		if err := give(l); err != nil {
			return err
		}
	}
	s, err := pubsub.Subscribe(ctx, db, pubsub.Options{Channels: []string{channel}})
	if err != nil {
		return err
	}
	for {
		events, err := s.Receive(ctx)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Kind == pubsub.Message {
				if err := give(e.Payload); err != nil {
					return err
				}
			}
		}
	}
}
