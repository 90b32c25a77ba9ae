package emitter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// line is the one connection on which all events of an emitter leave.
//
// Receivers drop a number that is not above the last one they have seen of the
// same pub. So numbering and publishing are one step, under turn: two goroutines
// on two connections of a pool could number 1, 2 and publish 2, 1.
type line struct {
	client *redis.Client
	addr   string
	o      Options
	pub    string // identity of this emitter, random

	turn   chan struct{} // holds one token: a mutex that a context can give up waiting for
	conn   *redis.Conn   // nil: none yet, or the last one failed
	seq    uint64        // of the last event that may have been published
	buf    []byte        // for the payload, used again
	closed bool
}

func newLine(given *redis.Options, o Options) *line {
	l := &line{o: o, pub: rand.Text()[:16], turn: make(chan struct{}, 1)}
	l.lead(given)
	return l
}

// lead has the next connection go to another server.
func (l *line) lead(given *redis.Options) {
	once := dial.Once(*given) // PUBLISH twice is a message twice
	once.PoolSize, once.MinIdleConns = 1, 0
	// One Emit may take that long: a server far away, or a slow machine's TLS, may use all of it.
	once.DialTimeout, once.ReadTimeout, once.WriteTimeout = l.o.Timeout, l.o.Timeout, l.o.Timeout
	l.client, l.addr = redis.NewClient(once), once.Addr
}

func (l *line) move(given *redis.Options) error {
	l.turn <- struct{}{}
	defer l.unlock()
	if l.closed {
		return ErrClosed
	}
	if l.conn != nil {
		l.drop()
	}
	_ = l.client.Close() // its one connection is closed already
	l.lead(given)
	return nil
}

func (l *line) lock(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("publish to %s: still waiting for earlier events: %w", l.addr, ctx.Err())
	}
}

func (l *line) unlock() { <-l.turn }

func (l *line) emit(ctx context.Context, want int, e wire.Envelope) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, l.o.Timeout)
	defer cancel()
	if err := l.lock(ctx); err != nil {
		return Receipt{}, err
	}
	defer l.unlock()
	if l.closed {
		return Receipt{}, ErrClosed
	}

	known, err := l.replicas(ctx)
	if err != nil {
		return Receipt{}, err
	}
	began := time.Now()
	if err := l.publish(ctx, &e); err != nil {
		return Receipt{}, err
	}
	took, err := l.receipt(ctx, known, want)
	receipt := Receipt{Replicas: took, Known: max(known, took), Took: time.Since(began)}
	switch {
	case err != nil:
		return receipt, err
	case took < want:
		return receipt, fmt.Errorf("%w: %d of %d within %v", ErrTooFewReplicas, took, want, receipt.Took.Round(time.Millisecond/10))
	}
	return receipt, nil
}

// replicas asks the server whether it is a master, and how many replicas are linked to
// it. On a new connection it also asks whether it is one for messages: in a Redis Cluster
// WAIT would say of an event that has not gone to the replicas that all have it. Nothing has been sent yet, so a connection that has died since the last event is
// replaced silently.
func (l *line) replicas(ctx context.Context) (int, error) {
	reused := l.conn != nil
	if !reused {
		l.conn = l.client.Conn()
	}
	role, err := replication.ReadRole(ctx, l.conn)
	if err == nil && !reused { // what a server runs as stays as it is until its end
		err = replication.CheckMode(ctx, l.conn, role)
	}
	if errors.Is(err, ErrSentinel) || errors.Is(err, ErrCluster) {
		l.drop()
		return 0, fmt.Errorf("publish to %s: %w", l.addr, err)
	}
	if err != nil {
		l.drop()
		if reused && ctx.Err() == nil {
			return l.replicas(ctx)
		}
		return 0, l.explain(ctx, err)
	}
	if role.Name == replication.Replica {
		l.drop()
		return 0, fmt.Errorf("publish to %s: %w of %s, and what is published here reaches no other server: publish at its master",
			l.addr, ErrReplica, role.Master)
	}
	return len(role.Replicas), nil
}

func (l *line) publish(ctx context.Context, e *wire.Envelope) error {
	e.Pub, e.Seq = l.pub, l.seq+1
	var err error
	if l.buf, err = e.Append(l.buf[:0]); err != nil {
		return fmt.Errorf("%w: %w", ErrArgument, err)
	}
	err = l.conn.Publish(ctx, e.Channel(l.o.Key), l.buf).Err()
	var answer redis.Error
	if errors.As(err, &answer) {
		return l.explain(ctx, err) // refused, so not published: the number stays free
	}
	l.seq++
	if err != nil {
		l.drop()
		return fmt.Errorf("%w: %w", ErrUnconfirmed, l.explain(ctx, err))
	}
	return nil
}

// receipt returns how many replicas have processed the event. It waits for the replicas
// that the caller wants as long as ctx allows, and for the others no longer than
// Options.Linger.
func (l *line) receipt(ctx context.Context, known, want int) (took int, err error) {
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline)
	if l.o.Linger == 0 || l.o.Linger >= left || want >= known {
		return l.wait(ctx, max(known, want), left)
	}
	if want > 0 {
		if took, err = l.wait(ctx, want, left); err != nil || took < want || took >= known {
			return took, err
		}
	}
	return l.wait(ctx, known, min(l.o.Linger, time.Until(deadline)))
}

// wait returns how many replicas have the event, as soon as n have it or the time is
// over.
//
// The question is put even when n is 0: a server that has been made a replica since it
// was asked for its role took the event, and only its answer to WAIT tells that.
func (l *line) wait(ctx context.Context, n int, left time.Duration) (int, error) {
	left = max(left, time.Millisecond) // 0 would be "for ever" to Redis
	// The master answers when time is up: its answer must not be cut off by the same deadline.
	const grace = 250 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left+grace)
	defer cancel()
	took, err := replication.Wait(ctx, l.conn, n, left)
	switch {
	case errors.Is(err, ErrReplica):
		err = l.demoted(ctx)
		l.drop()
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrNoReceipt, l.explain(ctx, err))
		l.drop()
	}
	return took, err
}

// demoted is the error when WAIT has said that the server is a replica, which ROLE did
// not say just before. It names the new master, if the server does.
func (l *line) demoted(ctx context.Context) error {
	master := ""
	if role, err := replication.ReadRole(ctx, l.conn); err == nil && role.Name == replication.Replica {
		master = " of " + role.Master
	}
	return fmt.Errorf("publish to %s: %w%s: it was made one while the event was on its way, which most likely reached no other server: publish it again, at the master",
		l.addr, ErrReplica, master)
}

func (l *line) drop() {
	l.conn.Close()
	l.conn = nil
}

func (l *line) close() error {
	l.turn <- struct{}{}
	defer l.unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	if l.conn != nil {
		l.drop()
	}
	return l.client.Close()
}
