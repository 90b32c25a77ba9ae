package typing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/exercises/typing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script lets people type, in fake time.
type script struct {
	*typing.Indicator
	began time.Time

	mu   sync.Mutex
	told []string // "3s alice true"
}

// run runs a script, lets a minute pass, and compares what was told.
func run(t *testing.T, story string, play func(s *script), want ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &script{began: time.Now()}
		s.Indicator = typing.New(func(e chat.Event) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, fmt.Sprintf("%v %s %s", time.Since(s.began), e.From, e.Data))
		})
		play(s)
		pass(time.Minute)
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Equal(s.told, want) {
			t.Errorf("%s: told was %q, want %q", story, strings.Join(s.told, ", "), strings.Join(want, ", "))
		}
	})
}

// pass lets time pass, and what is due happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// keys presses a key now, and n-1 more with that pause before each.
func (s *script) keys(n int, pause time.Duration, names ...string) {
	for i := range n {
		if i > 0 {
			pass(pause)
		}
		for _, name := range names {
			s.Key("id of "+name, name, "go")
		}
	}
}

func TestNotMoreOftenThanEachThreeSeconds(t *testing.T) {
	run(t, "alice presses a key each half second, from 0s to 9.5s", func(s *script) {
		s.keys(20, time.Second/2, "alice")
	}, "0s alice true", "3s alice true", "6s alice true", "9s alice true", "14.5s alice false")
	run(t, "alice presses 100 keys at once", func(s *script) {
		var fingers sync.WaitGroup
		for range 100 {
			fingers.Go(func() { s.keys(1, 0, "alice") })
		}
		fingers.Wait()
	}, "0s alice true", "5s alice false")
}

func TestFiveSecondsOfSilenceEndIt(t *testing.T) {
	run(t, "alice presses keys at 0s, 4s and 8s", func(s *script) {
		s.keys(3, 4*time.Second, "alice")
	}, "0s alice true", "4s alice true", "8s alice true", "13s alice false")
	run(t, "alice presses a key at 0s, and one at 20s", func(s *script) {
		s.keys(2, 20*time.Second, "alice")
	}, "0s alice true", "5s alice false", "20s alice true", "25s alice false")
}

func TestTheMessageEndsIt(t *testing.T) {
	run(t, "alice presses a key at 0s and sends her message at 1s", func(s *script) {
		s.keys(1, 0, "alice")
		pass(time.Second)
		s.Said("id of alice")
	}, "0s alice true")
	run(t, "alice presses a key at 0s, sends her message at 1s, and presses keys each second from 2s to 6s", func(s *script) {
		s.keys(1, 0, "alice")
		pass(time.Second)
		s.Said("id of alice")
		pass(time.Second)
		s.keys(5, time.Second, "alice")
	}, "0s alice true", "3s alice true", "6s alice true", "11s alice false")
}

func TestEachPersonForThemself(t *testing.T) {
	run(t, "alice and bob press a key each second, from 0s to 4s; bob goes on alone to 6s", func(s *script) {
		s.keys(5, time.Second, "alice", "bob")
		pass(time.Second)
		s.keys(2, time.Second, "bob")
	}, "0s alice true", "0s bob true", "3s alice true", "3s bob true", "6s bob true", "9s alice false", "11s bob false")
}

func TestTheRoomIsToldAndNotWhoeverIsTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, err := chat.NewHub(chat.Options{})
		require.NoError(t, err)
		network := chattest.Network{}
		network.Serve(t, "node", hub)
		t.Cleanup(func() { hub.Drain(context.Background(), time.Second) })
		node := &chattest.Node{T: t, Addr: "node:80", Dial: network.Dial}
		people := map[string]*chattest.Person{
			"alice": node.Enter("alice", "go"), "bob": node.Enter("bob", "go"), "carol": node.Enter("carol", "rust"),
		}
		indicator := typing.New(func(e chat.Event) { hub.Deliver([]chat.Event{e}) })
		indicator.Key(people["alice"].ID, "alice", "go")
		synctest.Wait()
		heard := map[string]string{}
		for name, p := range people {
			p.Says(`{"event":"$ping"}`) // its answer comes behind all that there is
			for f := p.Next(); f.Event != "$pong"; f = p.Next() {
				heard[name] += fmt.Sprintf("%s from %s in %s: %s", f.Event, f.From, f.Room, f.Data)
			}
		}
		if want := "typing from alice in go: true"; heard["bob"] != want {
			t.Errorf("alice is typing in the room go, and bob, who is there, hears %q, want %q", heard["bob"], want)
		}
		if heard["alice"] != "" {
			t.Errorf("alice is typing, and is told so herself: %q", heard["alice"])
		}
		if heard["carol"] != "" {
			t.Errorf("alice is typing in the room go, and carol, who is in another, hears %q", heard["carol"])
		}
	})
}
