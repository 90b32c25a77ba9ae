// Package redistest gives a test the Redis server that WORKBOOK_REDIS asks
// for, and takes it away again at the test's end.
package redistest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Start starts one server as WORKBOOK_REDIS says (of running ones: the first)
// and returns a client for it. Both end with the test.
func Start(t testing.TB) *redis.Client {
	t.Helper()
	if b := backend(t); b.Kind == launch.KindRunning {
		return client(t, b.Addrs[0])
	}
	return Exclusive(t)
}

// Exclusive is Start for a test that looks at everything a server holds. No other
// test uses that server: instead of a running one the test gets an embedded one.
func Exclusive(t testing.TB) *redis.Client {
	t.Helper()
	if backend(t).Kind == launch.KindServer {
		return client(t, start(t, launch.ProcessOptions{}).Addr())
	}
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return client(t, s.Addr())
}

// patience ends a wait for an answer that never comes. It says nothing about
// speed: a busy machine takes seconds for something that takes others a moment.
const patience = 2 * time.Minute

func client(t testing.TB, addr string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
	t.Cleanup(func() { c.Close() })
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("PING to %s (WORKBOOK_REDIS): %v", addr, err)
	}
	return c
}

// Process starts a real server, for tests that only a real one can pass; see
// NeedsServer. When the test fails, the end of the server's log is printed.
func Process(t testing.TB, o launch.ProcessOptions) *launch.Process {
	t.Helper()
	NeedsServer(t)
	return start(t, o)
}

// Prefix begins the names of this test's keys and channels: no other test,
// and no other run of this one, has it.
func Prefix(t testing.TB) string {
	return "test:" + rand.Text()[:10] + ":" + t.Name() + ":"
}

func backend(t testing.TB) launch.Backend {
	t.Helper()
	b, err := launch.BackendFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func start(t testing.TB, o launch.ProcessOptions) *launch.Process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p, err := launch.StartProcess(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Tell(t, func() string { return "the log of the server on " + p.Addr() + ":\n" + tail(p.LogFile()) })
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// tail is the last 60 lines of a file.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}
