package streams

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	pubsub "example.com/redis-chat/03-pubsub"
)

// reader reads two streams of one server, each from where it was: the messages, and what the
// nodes tell each other. It is a relay.Receiver.
type reader struct {
	c     *carrier
	o     pubsub.Options
	inbox *inbox
	watch watch
	done  chan struct{} // closed when nothing more will be pushed

	mu    sync.Mutex
	redis redis.Options // of the server to read at; see Move

	// Of the reading goroutine.
	begun    bool
	at       place // in the messages; the end of them when the node began
	recent   recent
	seats    uint64 // how many clients were let in before it connected anew behind the last news
	news     bool   // there were some since
	lost     uint64 // how many entries were delivered and are in no stream any more
	nodes    ID     // in the other stream
	told     recent
	landmark place // an entry whose number is known for certain
}

const (
	readCount    = 512 // entries of one reply, at most: a part of them must not be long in coming
	firstBackoff = 25 * time.Millisecond
	lastBackoff  = 250 * time.Millisecond
)

// Receive implements relay.Receiver. Whoever calls it has delivered what it returned before.
func (r *reader) Receive(ctx context.Context) ([]pubsub.Event, error) {
	r.c.delivered.confirm()
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if events, last := r.inbox.take(); len(events) > 0 {
			r.c.delivered.handed(last)
			return events, nil
		}
		select {
		case <-r.inbox.ready:
		case <-ctx.Done():
		case <-r.done:
			return nil, context.Canceled
		}
	}
}

// run is the reading goroutine: connect, read until it fails, say so, wait, and read on.
func (r *reader) run(ctx context.Context) {
	defer close(r.done)
	var watching sync.WaitGroup
	watching.Go(func() { r.watch.run(ctx) })
	defer watching.Wait()
	told := ""
	for backoff := firstBackoff; ctx.Err() == nil; backoff = min(2*backoff, lastBackoff) {
		connected, err := r.connection(ctx)
		if ctx.Err() != nil {
			return
		}
		if connected {
			told, backoff = "", firstBackoff
		}
		if errors.Is(err, errMoved) { // nobody is to hear of it: nothing is lost by that
			continue
		}
		if reason := dial.Reason(err); reason != told {
			told = reason
			r.inbox.tell(pubsub.Disconnected, err)
		}
		select {
		case <-time.After(backoff/2 + rand.N(backoff/2)):
		case <-ctx.Done():
		}
	}
}

// connection lives through one connection, and returns what ended it.
func (r *reader) connection(ctx context.Context) (connected bool, err error) {
	o := r.server()
	client := redis.NewClient(&o)
	defer client.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A command that blocks ends only with its connection.
	defer context.AfterFunc(ctx, func() { _ = client.Close() })()
	conn := client.Conn()
	defer conn.Close()
	if err := r.look(ctx, conn); err != nil {
		return false, fmt.Errorf("read the stream at %s: %w", r.server().Addr, because(ctx, err))
	}
	r.watch.up(cancel)
	defer r.watch.down()
	for {
		if err := r.read(ctx, conn); err != nil {
			return true, fmt.Errorf("read the stream at %s: %w", r.server().Addr, because(ctx, err))
		}
	}
}

// because is the reason why a connection was given up, or else what went wrong.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return dial.Explain(context.Background(), nil, err)
}

// look finds out where the streams are. The first time the node begins at their ends; what was
// there before is history.
func (r *reader) look(ctx context.Context, conn *redis.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, r.server().ReadTimeout)
	defer cancel()
	messages, err := endOf(ctx, conn, r.c.o.stream)
	if err != nil {
		return err
	}
	r.landmark = messages
	r.c.delivered.arrive(r.server())
	if r.begun {
		r.at, r.nodes = r.recent.rewind(), r.told.rewind().id
		if r.news {
			r.seats, r.news = r.c.seats(), false
		}
		return nil
	}
	nodes, err := endOf(ctx, conn, r.c.o.nodes)
	if err != nil {
		return err
	}
	if err := r.remember(conn, messages.id); err != nil {
		return err
	}
	r.at, r.nodes, r.begun, r.recent.base, r.told.base = messages, nodes.id, true, messages, nodes
	r.c.begin(r.at)
	return nil
}

// endOf is the place of a stream's last entry, whether or not that is still there.
func endOf(ctx context.Context, conn redis.Cmdable, stream string) (place, error) {
	info, err := conn.XInfoStream(ctx, stream).Result()
	if err != nil {
		if isNoKey(err) {
			return place{}, nil
		}
		return place{}, err
	}
	if info.LastGeneratedID == "" {
		return place{}, nil
	}
	id, err := ParseID(info.LastGeneratedID)
	return place{id: id, nr: info.EntriesAdded}, err
}

// isNoKey: there is no such stream, as nobody has said anything.
func isNoKey(err error) bool {
	var answer redis.Error
	return errors.As(err, &answer) && answer.Error() == "ERR no such key"
}

// read waits for the next entries and hands them over.
func (r *reader) read(ctx context.Context, conn *redis.Conn) error {
	r.inbox.awaitEmpty(ctx)
	block := r.watch.block()
	waiting, cancel := context.WithTimeout(ctx, block+r.watch.patience())
	defer cancel()
	messages, own, err := r.ask(waiting, conn, block)
	if err == nil && halfSeen(messages, own) {
		// It was one stream that ended the wait, and at the other nothing was looked. There may be something: when a
		// replica gets a copy of all keys, both streams have news at once, and the first one ends the wait.
		messages, own, err = r.ask(waiting, conn, -1)
	}
	if err != nil {
		return err
	}
	if at, events := r.merge(messages, own); len(events) > 0 {
		r.inbox.push(at, events)
	}
	return nil
}

// halfSeen reports whether one stream alone came, though the other may have something that belongs before the end of it. Messages that
// came alone are usually those of one batch, which has one time: then it has not, or it would have ended the wait.
func halfSeen(messages, own []stamped) bool {
	switch {
	case len(messages) == 0:
		return len(own) > 0
	case len(own) == 0:
		return messages[0].Time != messages[len(messages)-1].Time
	}
	return false
}

// ask reads both streams, as they are at one moment. It waits for so long when there is nothing; below zero: not at all.
func (r *reader) ask(ctx context.Context, conn *redis.Conn, block time.Duration) (messages, own []stamped, err error) {
	streams, err := conn.XRead(ctx, &redis.XReadArgs{
		Streams: []string{r.c.o.stream, r.c.o.nodes, r.at.id.String(), r.nodes.String()},
		Count:   readCount, Block: block,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil, nil // nothing came
	}
	for _, s := range streams {
		part, err := stamp(s.Messages)
		if err != nil {
			return nil, nil, err
		}
		if s.Stream == r.c.o.stream {
			messages = part
		} else {
			own = part
		}
	}
	return messages, own, err
}

func (r *reader) server() redis.Options {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.redis
}

// Move goes on at another server, from where it was: nothing is lost by that, whenever it is.
func (r *reader) Move(client *redis.Client, _ pubsub.Handover) {
	r.mu.Lock()
	r.redis = *client.Options()
	r.mu.Unlock()
	r.watch.end(errMoved)
}

var errMoved = errors.New("the node reads at another server now")
