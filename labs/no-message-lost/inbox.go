package streams

import (
	"context"
	"sync"

	pubsub "example.com/redis-chat/03-pubsub"
)

// inbox is between the reading goroutine and the delivering one. It takes little: what is not
// read yet stays in Redis, which a subscription could not say.
type inbox struct {
	ready chan struct{} // holds one token when there may be something to take
	room  chan struct{} // holds one token when all has been taken

	mu      sync.Mutex
	waiting []pubsub.Event
	spare   []pubsub.Event // handed out last; its reader is done with it at the next take
	last    place          // of the last of them
}

func newInbox() *inbox {
	return &inbox{ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// push appends, and never waits. The place is that of the last event, if it has one.
func (b *inbox) push(last place, events []pubsub.Event) {
	b.mu.Lock()
	b.waiting = append(b.waiting, events...)
	if last != (place{}) {
		b.last = last
	}
	b.mu.Unlock()
	token(b.ready)
}

// take returns all that waits, and the place of the last.
func (b *inbox) take() ([]pubsub.Event, place) {
	b.mu.Lock()
	events := b.waiting
	if len(events) > 0 {
		clear(b.spare)
		b.waiting, b.spare = b.spare[:0], events
	}
	last := b.last
	b.mu.Unlock()
	token(b.room)
	return events, last
}

// awaitEmpty waits until all has been taken.
func (b *inbox) awaitEmpty(ctx context.Context) {
	for {
		b.mu.Lock()
		empty := len(b.waiting) == 0
		b.mu.Unlock()
		if empty {
			return
		}
		select {
		case <-b.room:
		case <-ctx.Done():
			return
		}
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is there already
	}
}

// tell pushes news about the connection.
func (b *inbox) tell(kind pubsub.Kind, err error) {
	b.push(place{}, []pubsub.Event{{Kind: kind, Err: err}})
}
