package drain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/05-distributed-relay/exercises/drain"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// patience ends a hang. It says nothing about time, which in these tests is not real.
const patience = 20 * time.Second

// trial is a node with one client, and with servers that do what a test tells them.
type trial struct {
	t    *testing.T
	node *drain.Node

	mu     sync.Mutex
	taken  [][]byte   // what the master has taken
	log    []string   // what the client was told, in its order
	drains chan error // nil: Drain was not called

	stuck chan string // ends the test with a sentence, when something in it does not end
	never chan struct{}
}

// start runs a node in fake time, and a test with it. The master needs 10 ms for a message.
func start(t *testing.T, test func(*trial)) {
	ended, stuck, never := make(chan struct{}), make(chan string, 1), make(chan struct{})
	go func() { // beside a clock that is real
		defer close(ended)
		synctest.Test(t, func(t *testing.T) {
			c := &trial{t: t, stuck: stuck, never: never}
			c.node = &drain.Node{Name: "A", Publish: func(ctx context.Context, payload []byte) error {
				time.Sleep(10 * time.Millisecond)
				c.mu.Lock()
				defer c.mu.Unlock()
				c.taken = append(c.taken, payload)
				return nil
			}}
			c.node.Join(drain.Client{Hear: c.note, Close: func(reason string) { c.note("closed: " + reason) }})
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { _ = c.node.Run(ctx) })
			defer running.Wait()
			defer cancel()
			defer c.drained()
			test(c)
		})
	}()
	select {
	case <-ended:
	case sentence := <-stuck:
		t.Fatal(sentence)
	case <-time.After(patience):
		t.Fatal("the node stands still: does something wait for the lock that it holds itself?")
	}
}

func (c *trial) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, what)
}

// told is all that the client was told.
func (c *trial) told() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return "[" + strings.Join(c.log, ", ") + "]"
}

// says has the node take in so many messages, "1", "2" and so on.
func (c *trial) says(n int) {
	c.t.Helper()
	for i := range n {
		if err := c.node.Say(fmt.Sprint(i + 1)); err != nil {
			c.t.Fatalf("Say before Drain: %v", err)
		}
	}
}

// drain calls Drain, which has a minute, and lets it come as far as it comes at once.
func (c *trial) drain() {
	drains := make(chan error, 1)
	c.drains = drains
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		drains <- c.node.Drain(ctx)
	}()
	synctest.Wait()
}

// drained returns what Drain has returned, if that was called.
func (c *trial) drained() (err error) {
	if c.drains == nil {
		return nil
	}
	select {
	case err = <-c.drains:
		c.drains = nil
	case <-time.After(2 * time.Minute):
		c.stuck <- "Drain has one minute, and after two it has not returned: does it look at its ctx?"
		<-c.never
	}
	return err
}

// bring has the replica bring what the master has taken, up to the last of so many.
func (c *trial) bring(from, to int) {
	c.t.Helper()
	c.mu.Lock()
	taken := c.taken
	c.mu.Unlock()
	if len(taken) < to {
		c.t.Fatalf("Say has taken in %d messages before Drain was called, and the master has got %d of them", to, len(taken))
	}
	for _, payload := range taken[from:to] {
		if err := c.node.Deliver(payload); err != nil {
			c.t.Fatalf("Deliver: %v", err)
		}
	}
	synctest.Wait()
}

// pass lets fake time pass, until all that happens by then has happened.
func (c *trial) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestWhatWaitsIsPublishedAndHeardBeforeTheEnd(t *testing.T) {
	start(t, func(c *trial) {
		c.says(3)
		c.drain()
		c.pass(5 * time.Millisecond)
		if told := c.told(); told != "[]" {
			t.Fatalf("the master has taken 0 of 3 messages, and the client was told %s, want nothing", told)
		}
		c.pass(95 * time.Millisecond) // the master has all
		if told := c.told(); told != "[]" {
			t.Fatalf("the replica has brought 0 of 3 messages, and the client was told %s, want nothing", told)
		}
		c.bring(0, 2)
		if told := c.told(); told != "[1, 2]" {
			t.Fatalf("the replica has brought 2 of 3 messages, and the client was told %s, want [1, 2]", told)
		}
		c.bring(2, 3)
		if told := c.told(); told != "[1, 2, 3, closed: going away]" {
			t.Errorf("the replica has brought 3 of 3 messages, and the client was told %s, want [1, 2, 3, closed: going away]", told)
		}
		if err := c.drained(); err != nil {
			t.Errorf("all is published and heard, and Drain says %v, want nil", err)
		}
		c.bring(0, 1) // something comes after that, from whomever
		if told := c.told(); strings.HasSuffix(told, "1]") {
			t.Errorf("something came after Drain, and a client that was closed has heard it: it was told %s", told)
		}
	})
}

func TestNothingIsTakenInAnyMore(t *testing.T) {
	start(t, func(c *trial) {
		c.says(1)
		c.drain()
		if err := c.node.Say("too late"); !errors.Is(err, drain.ErrDraining) {
			t.Errorf("Drain was called, and then Say takes something in (it says %v): want ErrDraining", err)
		}
		c.pass(100 * time.Millisecond)
		c.bring(0, 1)
		c.pass(time.Minute)
		if err := c.drained(); err != nil {
			t.Errorf("all that was taken in has come back, and Drain says %v, want nil", err)
		}
	})
}

// A node without anything to do goes at once.
func TestNothingIsWaitedForInVain(t *testing.T) {
	start(t, func(c *trial) {
		c.says(1)
		c.pass(100 * time.Millisecond)
		c.bring(0, 1)
		began := time.Now()
		c.drain()
		if err := c.drained(); err != nil || time.Since(began) > 0 {
			t.Errorf("all had come back before Drain was called, and Drain says %v after %v: want nil, at once", err, time.Since(began))
		}
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	start(t, func(c *trial) {
		c.says(5)
		c.drain()
		c.pass(100 * time.Millisecond)
		c.bring(0, 2) // and then the replica is gone
		if err := c.drained(); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "3") {
			t.Errorf("2 of 5 messages have come back when the minute is over, and Drain says %v: want context.DeadlineExceeded in it, and the number 3", err)
		}
		if told := c.told(); !strings.HasSuffix(told, ", closed: going away]") {
			t.Errorf("the minute is over, and the client was told %s: want [1, 2, closed: going away]", told)
		}
	})
}
