package limiter_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/exercises/limiter"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for something that never comes. It says nothing about speed.
const patience = 2 * time.Minute

const (
	limit  = 3
	window = time.Hour // no test waits for its end
)

func start(t *testing.T) (db *redis.Client, key string) {
	db, key = redistest.Start(t), redistest.Prefix(t)+"tries:alice"
	t.Cleanup(func() { db.Del(context.WithoutCancel(t.Context()), key) })
	return db, key
}

// try is one call of Allow, which must be answered with want.
func try(t *testing.T, db *redis.Client, key string, number int, want bool) {
	t.Helper()
	ok, err := limiter.Allow(t.Context(), db, key, limit, window)
	if err != nil {
		t.Fatalf("try %d: Allow fails: %v", number, err)
	}
	if ok != want {
		t.Fatalf("the limit is %d tries: Allow answers %v to try %d, want %v", limit, ok, number, want)
	}
}

func TestTheFirstTriesAreAllowed(t *testing.T) {
	db, alice := start(t)
	bob := alice + ":bob"
	t.Cleanup(func() { db.Del(context.WithoutCancel(t.Context()), bob) })
	for number := 1; number <= 5; number++ {
		try(t, db, alice, number, number <= limit)
	}
	if ok, err := limiter.Allow(t.Context(), db, bob, limit, window); err != nil || !ok {
		t.Fatalf("alice has used up her tries, bob has not tried yet: Allow answers %v to bob's first (error: %v), want true", ok, err)
	}
}

func TestNoMoreThanTheLimitAtTheSameTime(t *testing.T) {
	db, key := start(t)
	var allowed atomic.Int64
	var together errgroup.Group
	for range 50 {
		together.Go(func() error {
			ok, err := limiter.Allow(t.Context(), db, key, limit, window)
			if ok {
				allowed.Add(1)
			}
			return err
		})
	}
	if err := together.Wait(); err != nil {
		t.Fatalf("one of 50 tries at the same time: Allow fails: %v", err)
	}
	if allowed.Load() != limit {
		t.Fatalf("of 50 tries at the same time exactly the limit of %d must be allowed: Allow allowed %d", limit, allowed.Load())
	}
}

func TestFurtherTriesDoNotMakeTheWindowLonger(t *testing.T) {
	db, key := start(t)
	try(t, db, key, 1, true)
	if left := db.PTTL(t.Context(), key).Val(); left <= 0 || left > window {
		t.Fatalf("after the first try of a window of %v its key ends %s", window, in(left))
	}
	for number := 2; number <= 5; number++ { // the fourth and the fifth are refused
		db.Expire(t.Context(), key, 10*time.Minute) // as if 50 minutes had passed
		try(t, db, key, number, number <= limit)
		if left := db.PTTL(t.Context(), key).Val(); left <= 0 || left > 10*time.Minute {
			t.Fatalf("a further try changed the window's end: ten minutes of the hour were left, and after try %d the key ends %s", number, in(left))
		}
	}
}

// in tells PTTL's answer.
func in(left time.Duration) string {
	switch left {
	case -1:
		return "never"
	case -2:
		return "at once: there is none"
	}
	return "in " + left.Round(time.Second).String()
}

func TestTheNextWindowBeginsAnew(t *testing.T) {
	db, key := start(t)
	for number := 1; number <= 4; number++ {
		try(t, db, key, number, number <= limit)
	}
	db.PExpire(t.Context(), key, time.Millisecond)
	for gone := time.Now().Add(patience); db.Exists(t.Context(), key).Val() != 0; {
		if time.Now().After(gone) {
			t.Fatal("the key has not ended, though its time is over")
		}
	}
	try(t, db, key, 1, true)
	if left := db.PTTL(t.Context(), key).Val(); left <= 0 {
		t.Fatalf("after the first try of the second window its key ends %s", in(left))
	}
}

// between is a client of the server at addr. After the nth of its commands, counted from 1, something happens, before the
// client gets the answer; false breaks the connection instead of the answer.
func between(t *testing.T, addr string, happens func(n int64) bool) *redis.Client {
	var n atomic.Int64
	proxy := redistest.Listen(t, func(client net.Conn) {
		server, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer server.Close()
		var answer bytes.Buffer
		commands, answers := bufio.NewReader(client), bufio.NewReader(io.TeeReader(server, &answer))
		for {
			command, err := basics.ReadReply(commands)
			if err != nil || len(command.List) == 0 {
				return
			}
			fmt.Fprintf(server, "*%d\r\n", len(command.List))
			for _, word := range command.List {
				fmt.Fprintf(server, "$%d\r\n%s\r\n", len(word.Text), word.Text)
			}
			if _, err := basics.ReadReply(answers); err != nil {
				return
			}
			name := strings.ToUpper(command.List[0].Text)
			greeting := name == "HELLO" || name == "CLIENT" // go-redis' own
			if !greeting && !happens(n.Add(1)) {
				return
			}
			if _, err := answer.WriteTo(client); err != nil {
				return
			}
		}
	})
	c := redis.NewClient(dial.Once(redis.Options{Addr: proxy, Protocol: 2, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
	t.Cleanup(func() { c.Close() })
	return c
}

func TestABrokenConnectionLeavesNoKeyThatNeverEnds(t *testing.T) {
	db, key := start(t)
	for last := int64(1); ; last++ {
		var broken atomic.Bool
		c := between(t, db.Options().Addr, func(n int64) bool {
			if n == last {
				broken.Store(true)
			}
			return n < last
		})
		_, err := limiter.Allow(t.Context(), c, key, limit, window)
		c.Close()
		if err != nil && !broken.Load() {
			t.Fatalf("Allow fails: %v", err)
		}
		if left := db.PTTL(t.Context(), key).Val(); left == -1 {
			t.Fatalf("the connection broke after command %d of Allow, and now the key never ends: alice is locked out for good", last)
		}
		if !broken.Load() {
			return // Allow has sent all of its commands
		}
		db.Del(t.Context(), key)
	}
}

func TestAWindowThatEndsMeanwhileLeavesNoKeyThatNeverEnds(t *testing.T) {
	db, key := start(t)
	for last := int64(1); ; last++ {
		try(t, db, key, 1, true)
		var ended atomic.Bool
		c := between(t, db.Options().Addr, func(n int64) bool {
			if n == last {
				ended.Store(true)
				db.Del(t.Context(), key)
			}
			return true
		})
		_, err := limiter.Allow(t.Context(), c, key, limit, window)
		c.Close()
		if err != nil {
			t.Fatalf("the window ended after command %d of Allow, and Allow fails: %v", last, err)
		}
		if left := db.PTTL(t.Context(), key).Val(); left == -1 {
			t.Fatalf("the window ended between two commands of Allow, after command %d, and now the key never ends", last)
		}
		if !ended.Load() {
			return // Allow has sent all of its commands
		}
		db.Del(t.Context(), key)
	}
}
