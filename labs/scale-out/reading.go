package scaleout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// reading asks the set's own server what has moved: "moved" may have been published while there was no subscription, or while the server was
// away from its master. A server that has just started answers that there is no such key, until it has its master's data: so it is asked again,
// when its master's messages come, and then each second. It may be away for too short a time for anybody to notice.
type reading struct {
	again chan struct{}

	mu    sync.Mutex
	texts []string // that were read, and have no place among the messages yet
}

const readEvery = time.Second

func newReading() reading { return reading{again: make(chan struct{}, 1)} }

// soon has it asked at once.
func (r *reading) soon() {
	select {
	case r.again <- struct{}{}:
	default: // it is about to be
	}
}

// take is what was read before the place of the last Added.
func (r *reading) take() (text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, r.texts = r.texts[0], r.texts[1:]
	return text
}

func (r *reading) put(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, text)
}

// place is a channel on which nothing is published. Whatever was published before the server was asked comes before its confirmation.
func (c *setCarrier) place() string { return c.moves + ":place" }

// read asks until ctx ends. What is new waits for a place in the stream: the answer comes by another connection, and would overtake what was
// said on the lanes before.
func (r *setReceiver) read(ctx context.Context) {
	var last *string
	for {
		if text, err := r.get(ctx); err == nil && (last == nil || text != *last) {
			r.reading.put(text)
			if r.c.joins.to.Add(ctx, r.c.place()) != nil {
				return // ctx has ended
			}
			r.c.joins.to.Remove(r.c.place())
			last = &text
		}
		select {
		case <-ctx.Done():
			return
		case <-r.again:
		case <-time.After(readEvery):
		}
	}
}

// get opens a connection each time: the address may lead to another server by now.
func (r *setReceiver) get(ctx context.Context) (text string, err error) {
	c := r.c.client()
	defer c.Close()
	text, err = c.Get(ctx, r.c.moves).Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return text, err
}
