package caughtup_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/exercises/caughtup"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for what the servers do; hang, a wait for an Await that may never end. They say nothing about speed.
const (
	patience = 2 * time.Minute
	hang     = 10 * time.Second
)

// waiting is one call of Await, for a replica that is linked and held: it lacks the key.
type waiting struct {
	t               *testing.T
	ours            []*redis.Client // the test's own way
	key             string
	release         func() // lets the replica go on
	master, replica *asked
	cancel          func()
	err             error
	ended           chan struct{}
}

// asked counts the commands that Await sends to a server, and can hold them up.
type asked struct {
	n    atomic.Int64
	next chan struct{} // has a value after one or more
	gate sync.RWMutex  // held by each, and by close
}

// close returns when no command is on its way, and keeps others from being sent, until open is called.
func (a *asked) close() (open func()) {
	a.gate.Lock()
	return a.gate.Unlock
}

func (*asked) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a *asked) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		a.see(cmd)
		a.gate.RLock()
		defer a.gate.RUnlock()
		return next(ctx, cmd)
	}
}

func (a *asked) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		a.see(cmds...)
		a.gate.RLock()
		defer a.gate.RUnlock()
		return next(ctx, cmds)
	}
}

func (a *asked) see(cmds ...redis.Cmder) {
	for _, cmd := range cmds {
		if name := strings.ToLower(cmd.Name()); name == "hello" || name == "client" { // go-redis' own
			continue
		}
		a.n.Add(1)
		select {
		case a.next <- struct{}{}:
		default:
		}
	}
}

// await starts the learner's Await and returns when it has asked the replica three times without success.
func await(t *testing.T) *waiting {
	t.Helper()
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	w := &waiting{
		t: t, ours: topologytest.Clients(t, top), key: redistest.Prefix(t) + "key", ended: make(chan struct{}),
		master: &asked{next: make(chan struct{}, 1)}, replica: &asked{next: make(chan struct{}, 1)},
	}
	w.release = topologytest.Hold(t, top, 1)
	w.set("first")
	theirs := topologytest.Clients(t, top)
	theirs[0].AddHook(w.master)
	theirs[1].AddHook(w.replica)
	ctx, cancel := context.WithCancel(t.Context())
	w.cancel = cancel
	go func() {
		defer close(w.ended)
		w.err = caughtup.Await(ctx, theirs[0], theirs[1])
	}()
	t.Cleanup(func() {
		w.release()
		cancel()
		if !t.Failed() { // else it may never end
			<-w.ended
		}
	})
	for range 4 { // at the fourth question three are answered
		select {
		case <-w.replica.next:
		case <-w.ended:
			if w.err != nil {
				t.Fatalf("the replica is linked, and late: Await does not wait for it and fails: %v", w.err)
			}
			t.Fatalf("the replica's link is up, and it lacks a key that was written: Await returns, as if it had caught up")
		case <-time.After(hang):
			t.Fatalf("the replica is late: Await waits, and does not go on asking the replica where it is")
		}
	}
	return w
}

// set writes the key at the master.
func (w *waiting) set(value string) {
	w.t.Helper()
	if err := w.ours[0].Set(w.t.Context(), w.key, value, time.Hour).Err(); err != nil {
		w.t.Fatal(err)
	}
}

// shows waits until the replica shows a value, and no longer than patience.
func (w *waiting) shows(value string) {
	w.t.Helper()
	for until := time.Now().Add(patience); w.ours[1].Get(w.t.Context(), w.key).Val() != value; {
		if time.Now().After(until) {
			w.t.Fatalf("the replica does not show %q", value)
		}
	}
}

func TestAwaitReturnsWhenTheReplicaHasTheKey(t *testing.T) {
	w := await(t)
	w.release()
	select {
	case <-w.ended:
	case <-time.After(patience):
		t.Fatal("the replica was late and goes on now: Await does not return")
	}
	if w.err != nil {
		t.Fatalf("the replica was late and goes on now: Await fails: %v", w.err)
	}
	if value := w.ours[1].Get(t.Context(), w.key).Val(); value != "first" {
		t.Fatalf("Await has returned, and the replica shows %q for the key that was written before, want \"first\"", value)
	}
}

func TestAMasterThatGoesOnWritingIsNotChased(t *testing.T) {
	w := await(t)
	if n := w.master.n.Load(); n != 1 {
		t.Fatalf("Await asks the master again and again while it waits: a master that goes on writing is never reached; ask it once")
	}
	open := w.replica.close() // what Await sees next is a replica that is past the goal
	w.set("second")
	w.release()
	w.shows("second")
	open()
	select {
	case <-w.ended:
	case <-time.After(hang):
		t.Fatal("the replica has processed more than what was written before the call: Await goes on waiting for ever")
	}
	if w.err != nil {
		t.Fatalf("the replica has processed more than what was written before the call: Await fails: %v", w.err)
	}
}

func TestTheContextEndsIt(t *testing.T) {
	w := await(t)
	w.cancel()
	select {
	case <-w.ended:
	case <-time.After(hang):
		t.Fatal("the context has ended, and the replica is late still: Await goes on waiting")
	}
	if !errors.Is(w.err, context.Canceled) {
		t.Fatalf("the context was cancelled, and the replica is late still: Await returns the error %v, want one that wraps context.Canceled", w.err)
	}
}
