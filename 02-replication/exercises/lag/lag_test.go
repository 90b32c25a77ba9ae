package lag_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/exercises/lag"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for something that never comes. It says nothing about speed.
const patience = 2 * time.Minute

// servers are a master and two replicas.
type servers struct {
	t         *testing.T
	top       topology.Topology
	ours      []*redis.Client // the test's own way
	theirs    []*redis.Client // the learner's
	commands  atomic.Int64    // that went over the learner's
	afterEach func()          // each of them
}

func start(t *testing.T) *servers {
	topologytest.Faults(t)
	s := &servers{t: t, top: topologytest.Start(t, 2), afterEach: func() {}}
	s.ours, s.theirs = topologytest.Clients(t, s.top), topologytest.Clients(t, s.top)
	for _, c := range s.theirs {
		c.AddHook(s)
	}
	s.caughtUp(1)
	s.caughtUp(2)
	return s
}

func (*servers) DialHook(next redis.DialHook) redis.DialHook { return next }

func (s *servers) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		s.count(cmd)
		return err
	}
}

func (s *servers) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		s.count(cmds...)
		return err
	}
}

func (s *servers) count(cmds ...redis.Cmder) {
	for _, cmd := range cmds {
		if name := strings.ToLower(cmd.Name()); name != "hello" && name != "client" { // go-redis' own
			s.commands.Add(1)
			s.afterEach()
		}
	}
}

// offset is that of server i.
func (s *servers) offset(i int) int64 {
	s.t.Helper()
	name := "slave_repl_offset"
	if i == 0 {
		name = "master_repl_offset"
	}
	n, ok := replication.InfoNumber(s.ours[i].Info(s.t.Context(), "replication").Val(), name)
	if !ok {
		s.t.Fatalf("server %d tells no %s", i, name)
	}
	return n
}

// caughtUp waits until replica i has processed all that the master has written.
func (s *servers) caughtUp(i int) {
	s.t.Helper()
	for until := time.Now().Add(patience); s.offset(i) < s.offset(0); {
		if time.Now().After(until) {
			s.t.Fatalf("replica %d does not catch up", i)
		}
	}
}

func (s *servers) publish(n int) {
	s.t.Helper()
	for range n {
		if err := s.ours[0].Publish(s.t.Context(), "room", "hi").Err(); err != nil {
			s.t.Fatal(err)
		}
	}
}

// bytes returns what the learner's Bytes does, and what it should, at a moment at which nothing moves: a real master
// writes a PING into the stream every ten seconds.
func (s *servers) bytes() (got, want []int64) {
	s.t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); {
		before := []int64{s.offset(0), s.offset(1), s.offset(2)}
		s.commands.Store(0)
		got, err := lag.Bytes(s.t.Context(), s.theirs[0], s.theirs[1:])
		if err != nil {
			s.t.Fatalf("Bytes fails: %v", err)
		}
		if slices.Equal(before, []int64{s.offset(0), s.offset(1), s.offset(2)}) {
			return got, []int64{before[0] - before[1], before[0] - before[2]}
		}
	}
	s.t.Fatal("the servers' offsets move all the time")
	return nil, nil
}

func TestALateReplicaIsBehindByWhatItHasNotProcessed(t *testing.T) {
	s := start(t)
	topologytest.Hold(t, s.top, 1)
	s.publish(5)
	s.caughtUp(2)
	if got, want := s.bytes(); !slices.Equal(got, want) {
		t.Fatalf("replica 1 lacks five messages of 35 bytes, replica 2 nothing: Bytes returns %v, want %v", got, want)
	}
}

func TestAReplicaWithoutALinkIsBehindToo(t *testing.T) {
	s := start(t)
	if err := s.top.Cut(2); err != nil {
		t.Fatal(err)
	}
	s.publish(5)
	s.caughtUp(1)
	if got, want := s.bytes(); !slices.Equal(got, want) {
		t.Fatalf("the link of replica 2 was cut, and then five messages of 35 bytes were published: Bytes returns %v, want %v", got, want)
	}
}

func TestOneCommandAServer(t *testing.T) {
	s := start(t)
	s.bytes()
	if n := s.commands.Load(); n != 3 {
		t.Fatalf("a master and two replicas are to be asked by one command each, 3 in all: Bytes sends %d", n)
	}
}

func TestMessagesThatComeMeanwhileMakeNoNumberTooSmall(t *testing.T) {
	s := start(t)
	s.afterEach = func() { // after each answer that Bytes gets, both replicas process something new
		s.publish(1)
		s.caughtUp(1)
		s.caughtUp(2)
	}
	got, err := lag.Bytes(t.Context(), s.theirs[0], s.theirs[1:])
	if err != nil {
		t.Fatalf("Bytes fails: %v", err)
	}
	for i, n := range got {
		if n < 0 {
			t.Fatalf("while Bytes asks, messages come. It says that replica %d is %d bytes behind: no replica is ahead of its master", i+1, n)
		}
	}
}
