package ownwrites_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/exercises/ownwrites"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// patience ends a wait for something that never comes. It says nothing about speed.
const patience = 2 * time.Minute

// chat is a master and two replicas that have all that was written.
type chat struct {
	t              *testing.T
	top            topology.Topology
	ours           []*redis.Client // the test's own way
	master         *redis.Client   // the learner's ways
	replicas       []*redis.Client
	key            string
	readsAtMaster  reads
	readsAtReplica [2]reads
}

func start(t *testing.T) *chat {
	topologytest.Faults(t)
	c := &chat{t: t, top: topologytest.Start(t, 2), key: redistest.Prefix(t) + "status:alice"}
	c.ours = topologytest.Clients(t, c.top)
	theirs := topologytest.Clients(t, c.top)
	c.master, c.replicas = theirs[0], theirs[1:]
	c.master.AddHook(&c.readsAtMaster)
	for i, r := range c.replicas {
		r.AddHook(&c.readsAtReplica[i])
	}
	if err := c.ours[0].Set(t.Context(), c.key, "away", time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	c.caughtUp(1)
	c.caughtUp(2)
	return c
}

// caughtUp waits until replica i has processed all that the master has written.
func (c *chat) caughtUp(i int) {
	c.t.Helper()
	offset := func(i int, name string) int64 {
		n, _ := replication.InfoNumber(c.ours[i].Info(c.t.Context(), "replication").Val(), name)
		return n
	}
	for until := time.Now().Add(patience); offset(i, "slave_repl_offset") < offset(0, "master_repl_offset"); {
		if time.Now().After(until) {
			c.t.Fatalf("replica %d does not catch up", i)
		}
	}
}

// reads counts the GETs that the learner sends to a server.
type reads struct{ n atomic.Int64 }

func (*reads) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *reads) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.EqualFold(cmd.Name(), "get") {
			r.n.Add(1)
		}
		return next(ctx, cmd)
	}
}

func (r *reads) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			if strings.EqualFold(cmd.Name(), "get") {
				r.n.Add(1)
			}
		}
		return next(ctx, cmds)
	}
}

func (c *chat) set(s *ownwrites.Session, value string) {
	c.t.Helper()
	if err := s.Set(c.t.Context(), c.master, c.key, value); err != nil {
		c.t.Fatalf("alice sets her status: Set fails: %v", err)
	}
}

// get reads what alice's status is, which must be want.
func (c *chat) get(s *ownwrites.Session, when, want string) {
	c.t.Helper()
	value, err := s.Get(c.t.Context(), c.master, c.replicas, c.key)
	if err != nil {
		c.t.Fatalf("%s: Get fails: %v", when, err)
	}
	if value != want {
		c.t.Fatalf("%s: Get returns %q, want %q", when, value, want)
	}
}

func TestWhoeverHasWrittenSeesIt(t *testing.T) {
	c := start(t)
	topologytest.Hold(t, c.top, 1)
	topologytest.Hold(t, c.top, 2)
	var alice ownwrites.Session
	c.set(&alice, "at lunch")
	c.get(&alice, "alice has set her status, and both replicas, whose links are up, do not have it yet", "at lunch")
}

func TestAReplicaThatHasItIsRead(t *testing.T) {
	c := start(t)
	topologytest.Hold(t, c.top, 1)
	var alice ownwrites.Session
	c.set(&alice, "at lunch")
	c.caughtUp(2)
	c.get(&alice, "alice has set her status, and replica 2 has it", "at lunch")
	if n := c.readsAtMaster.n.Load(); n != 0 {
		t.Fatalf("alice has set her status, and replica 2 has it: Get reads at the master, which is to be spared")
	}
}

func TestWhoeverHasWrittenNothingReadsAtAReplica(t *testing.T) {
	c := start(t)
	topologytest.Hold(t, c.top, 1)
	topologytest.Hold(t, c.top, 2)
	var alice, bob ownwrites.Session
	c.set(&alice, "at lunch")
	c.get(&bob, "both replicas are late, and bob, who has written nothing, may see what they have", "away")
	if n := c.readsAtMaster.n.Load(); n != 0 {
		t.Fatalf("bob has written nothing: Get reads at the master, which is to be spared")
	}
	if n := c.readsAtReplica[0].n.Load() + c.readsAtReplica[1].n.Load(); n != 1 {
		t.Fatalf("bob has written nothing, and any replica will do: Get reads %d times, want once", n)
	}
}

func TestAReplicaThatDoesNotAnswerIsPassedOver(t *testing.T) {
	c := start(t)
	var alice ownwrites.Session
	c.set(&alice, "at lunch")
	c.caughtUp(2)
	if err := c.top.Kill(1); err != nil {
		t.Fatal(err)
	}
	c.get(&alice, "replica 1 is gone, and replica 2 has what alice has written", "at lunch")
	if n := c.readsAtMaster.n.Load(); n != 0 {
		t.Fatalf("replica 1 is gone, and replica 2 has what alice has written: Get reads at the master, which is to be spared")
	}
}

func TestAKeyThatIsNotThere(t *testing.T) {
	c := start(t)
	var alice ownwrites.Session
	if _, err := alice.Get(t.Context(), c.master, c.replicas, c.key+":none"); !errors.Is(err, redis.Nil) {
		t.Fatalf("there is no such key: Get returns the error %v, want redis.Nil", err)
	}
	if n := c.readsAtMaster.n.Load(); n != 0 {
		t.Fatalf("there is no such key, and a replica says so: Get asks the master too, which is to be spared")
	}
}
