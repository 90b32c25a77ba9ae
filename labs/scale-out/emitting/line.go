package emitting

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// line is the one connection to a set's master: WATCH and WAIT speak of their own connection alone.
type line struct {
	*sets
	set    *lanemap.Set
	client *redis.Client

	turn   mutex
	conn   *redis.Conn // nil: none yet, or the last one failed
	closed bool
}

// movedError is that a lane is no longer at a set. The event was not published there.
type movedError struct{ to lanemap.Place }

func (movedError) Error() string { return "the lane has moved" }

func newLine(s *sets, set *lanemap.Set) *line {
	given := s.o.Client(set.Master)
	defer given.Close()
	options := *given.Options()
	options.PoolSize, options.MinIdleConns = 1, 0
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = s.o.Timeout, s.o.Timeout, s.o.Timeout
	return &line{sets: s, set: set, client: once(options), turn: newMutex()}
}

// once is a client that repeats nothing: an event that is sent twice comes twice.
func once(options redis.Options) *redis.Client { return redis.NewClient(dial.Once(options)) }

// emit publishes an event that is for this set. The caller has the lane's turn.
func (x *line) emit(ctx context.Context, want int, l lane.Lane, e *wire.Envelope) (r emitter.Receipt, err error) {
	if err := x.turn.lock(ctx); err != nil {
		return r, fmt.Errorf("still waiting for earlier events: %w", err)
	}
	defer x.turn.unlock()
	if x.closed {
		return r, emitter.ErrClosed
	}
	if r.Known, err = x.replicas(ctx); err != nil {
		return r, err
	}
	began := time.Now()
	if err = x.publish(ctx, l, e); err != nil {
		return r, err
	}
	r.Replicas, err = x.wait(ctx, max(r.Known, want))
	r.Known, r.Took = max(r.Known, r.Replicas), time.Since(began)
	if err == nil && r.Replicas < want {
		err = fmt.Errorf("%w: %d of %d within %v", emitter.ErrTooFewReplicas, r.Replicas, want, r.Took.Round(time.Millisecond/10))
	}
	return r, err
}

// replicas asks the server whether it is a master, and for its replicas. Nothing has been sent yet: a connection that has died since the last event
// is replaced silently.
func (x *line) replicas(ctx context.Context) (int, error) {
	reused := x.conn != nil
	if !reused {
		x.conn = x.client.Conn()
	}
	role, err := replication.ReadRole(ctx, x.conn)
	if err == nil && !reused {
		err = replication.CheckMode(ctx, x.conn, role)
	}
	switch {
	case err == nil && role.Name != replication.Replica:
		return len(role.Replicas), nil
	case err == nil:
		err = fmt.Errorf("publish to %s: %w of %s, and what is published here reaches no other server: write its master into the map",
			x.set.Master, emitter.ErrReplica, role.Master)
	case errors.Is(err, emitter.ErrSentinel) || errors.Is(err, emitter.ErrCluster):
		err = fmt.Errorf("publish to %s: %w", x.set.Master, err)
	case reused && ctx.Err() == nil:
		x.drop()
		return x.replicas(ctx)
	default:
		err = x.explain(ctx, err)
	}
	x.drop()
	return 0, err
}

// publish is a transaction, which is carried out only while the master's word stands that the lane is here. When another word comes in between, it
// is asked again.
func (x *line) publish(ctx context.Context, l lane.Lane, e *wire.Envelope) error {
	for {
		if err := x.watch(ctx, l); err != nil {
			return err
		}
		payload, err := x.payload(l, e)
		if err != nil {
			return err
		}
		switch refused, err := x.transact(ctx, l, payload); {
		case err == nil:
			x.lanes[l].last++
			return nil
		case errors.Is(err, redis.TxFailedErr):
			continue
		case refused: // so not published: the number stays free
			x.drop()
			return x.explain(ctx, err)
		default:
			x.lanes[l].last++
			x.drop()
			return fmt.Errorf("%w: %w", emitter.ErrUnconfirmed, x.explain(ctx, err))
		}
	}
}

// transact sends the transaction. Its error is why the event is not published where it says refused, and else why nobody knows whether it is.
// That has each command's own answer to go by: who may not send MULTI has published with PUBLISH alone.
func (x *line) transact(ctx context.Context, l lane.Lane, payload []byte) (refused bool, err error) {
	pipe := x.conn.Pipeline()
	multi := pipe.Do(ctx, "multi")
	publish := redis.NewCmd(ctx, "publish", x.o.Own+lane.Channels+fmt.Sprint(int(l)), payload)
	_ = pipe.Process(ctx, publish)
	exec := redis.NewSliceCmd(ctx, "exec")
	_ = pipe.Process(ctx, exec)
	_, _ = pipe.Exec(ctx) // each answer holds its own error
	var answer redis.Error
	answers, err := exec.Result()
	switch {
	case errors.As(publish.Err(), &answer): // in a transaction or not, it was not carried out
		return true, publish.Err()
	case multi.Err() != nil:
		return false, multi.Err()
	case errors.Is(err, redis.Nil):
		return true, redis.TxFailedErr
	case err != nil:
		return errors.As(err, &answer), err
	}
	for _, a := range answers {
		if err, ok := a.(error); ok {
			return true, err // rights are asked for again at EXEC
		}
	}
	return false, nil
}

// watch asks the master whether a lane is here; from there on a change of that word spoils the next transaction.
func (x *line) watch(ctx context.Context, l lane.Lane) error {
	key := x.o.Own + lanemap.Key
	pipe := x.conn.Pipeline()
	pipe.Do(ctx, "watch", key)
	value := pipe.Get(ctx, key)
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		x.drop()
		return x.explain(ctx, err)
	}
	state, err := x.o.Map.ParseState(value.Val())
	if err != nil {
		x.drop()
		return fmt.Errorf("read %s at %s, which says what lanes have moved: %w", key, x.set.Master, err)
	}
	if move, moved := state.Moves[l]; moved && !move.Soon && move.To.Move > x.lanes[l].at.Move {
		return &movedError{move.To} // a WATCH that stays is of no harm: it can spoil the next transaction, which is tried again
	}
	return nil
}

// wait returns how many replicas have the event, as soon as n have it or the time is over. It asks even when n is 0: a server that has been made a
// replica since it was asked for its role tells only so.
func (x *line) wait(ctx context.Context, n int) (int, error) {
	deadline, _ := ctx.Deadline()
	left := max(time.Until(deadline), time.Millisecond) // 0 would be "for ever" to Redis
	const grace = 250 * time.Millisecond                // the master answers when time is up
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), left+grace)
	defer cancel()
	took, err := replication.Wait(ctx, x.conn, n, left)
	switch {
	case errors.Is(err, emitter.ErrReplica):
		err = fmt.Errorf("publish to %s: %w: it was made one while the event was on its way, which most likely reached no other server: publish it again, at the master",
			x.set.Master, emitter.ErrReplica)
		x.drop()
	case err != nil:
		err = fmt.Errorf("%w: %w", emitter.ErrNoReceipt, x.explain(ctx, err))
		x.drop()
	}
	return took, err
}

// explain turns what go-redis says about the master into a sentence with its address.
func (x *line) explain(ctx context.Context, err error) error {
	return fmt.Errorf("publish to %s: %w", x.set.Master, dial.Explain(ctx, x.client.Options(), err))
}

// drop ends the connection, and with it what is watched there and what was not read. To close x.conn alone puts it back into the client's pool when
// it is healthy, and the next event gets it as it is.
func (x *line) drop() {
	_ = x.conn.Close() // what it was to do is over
	_ = x.client.Close()
	x.client, x.conn = once(*x.client.Options()), nil
}

func (x *line) close() error {
	x.turn <- struct{}{}
	defer x.turn.unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	if x.conn != nil {
		_ = x.conn.Close()
	}
	return x.client.Close()
}
