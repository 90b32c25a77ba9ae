// Package topologytest gives a test the master and replicas that WORKBOOK_REDIS asks for, and takes them away again at the
// test's end.
package topologytest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
)

// Start starts a topology as WORKBOOK_REDIS says. It ends with the test. When the test fails, the end of the servers' logs is printed, see redistest.Tell.
//
// Of running servers it takes all that are named, so there can be more replicas than asked for; where there are fewer, the test is
// skipped with a sentence, or fails with REQUIRE_REDIS=1.
func Start(t testing.TB, replicas int) topology.Topology {
	t.Helper()
	return start(t, topology.Options{Replicas: replicas})
}

// Saved starts a topology of real servers whose master comes back from a kill with its keys. It skips as Server does.
func Saved(t testing.TB, replicas int) topology.Topology {
	t.Helper()
	redistest.NeedsServer(t)
	return start(t, topology.Options{Replicas: replicas, Saved: true})
}

func start(t testing.TB, o topology.Options) topology.Topology {
	t.Helper()
	log := &tail{}
	o.Backend, o.Log = backend(t), log
	top, err := topology.Start(t.Context(), o)
	if errors.Is(err, topology.ErrTooFew) && os.Getenv("REQUIRE_REDIS") != "1" {
		t.Skip("WORKBOOK_REDIS names too few servers for this test: " + err.Error())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, log.last(60))
	}
	t.Cleanup(func() {
		redistest.Tell(t, func() string { return "the servers' logs:\n" + log.last(90) })
		if err := top.Close(); err != nil {
			t.Error(err)
		}
	})
	return top
}

// Server starts a topology of real servers, for tests that need real ones. It skips as redistest.NeedsServer does.
func Server(t testing.TB, replicas int) topology.Topology {
	t.Helper()
	redistest.NeedsServer(t)
	return Start(t, replicas)
}

// Faults skips the test when the servers are running ones, which are not ours to kill, freeze or cut off.
func Faults(t testing.TB) {
	t.Helper()
	if backend(t).Kind == launch.KindRunning {
		t.Skip("this test breaks servers, and those of WORKBOOK_REDIS are not ours: run it with WORKBOOK_REDIS=embedded or WORKBOOK_REDIS=server")
	}
}

// patience ends a wait for something that should have come. It says nothing
// about speed.
const patience = 2 * time.Minute

// Clients gives a client for each server, the master's first, which dials once and waits long. They are closed with the test.
func Clients(t testing.TB, top topology.Topology) []*redis.Client {
	t.Helper()
	var clients []*redis.Client
	for _, addr := range top.Addrs() {
		c := redis.NewClient(&redis.Options{Addr: addr, DialerRetries: 1, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
		t.Cleanup(func() { c.Close() })
		clients = append(clients, c)
	}
	return clients
}

// Hold makes replica i late: its link stays up and it answers, but it applies nothing more of its master's stream, until
// release is called or the test ends. It needs Redis 6.2, and skips the test as Faults does.
func Hold(t testing.TB, top topology.Topology, i int) (release func()) {
	t.Helper()
	Faults(t)
	redistest.NeedsVersion(t, 6, 2, "CLIENT PAUSE … WRITE")
	var hold, let func() error
	if lagging, ok := top.(interface {
		SetLag(i int, lag time.Duration) error
	}); ok { // embedded
		hold = func() error { return lagging.SetLag(i, 24*time.Hour) }
		let = func() error { return lagging.SetLag(i, 0) }
	} else { // what a master sends is paused as clients' writes are
		c := redis.NewClient(&redis.Options{Addr: top.Addrs()[i], DialTimeout: patience, ReadTimeout: patience})
		t.Cleanup(func() { c.Close() })
		ctx := context.WithoutCancel(t.Context())
		hold = func() error { return c.Do(ctx, "CLIENT", "PAUSE", (24 * time.Hour).Milliseconds(), "WRITE").Err() }
		let = func() error { return c.Do(ctx, "CLIENT", "UNPAUSE").Err() }
	}
	if err := hold(); err != nil {
		t.Fatalf("hold replica %d: %v", i, err)
	}
	var once sync.Once
	release = func() {
		once.Do(func() {
			if err := let(); err != nil {
				t.Errorf("release replica %d: %v", i, err)
			}
		})
	}
	t.Cleanup(release)
	return release
}

func backend(t testing.TB) launch.Backend {
	t.Helper()
	b, err := launch.BackendFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tail keeps what servers log.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *tail) last(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(l.buf.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
