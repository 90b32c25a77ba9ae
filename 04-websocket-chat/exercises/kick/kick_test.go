package kick_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/exercises/kick"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	hang = 10 * time.Second // ends a wait for what does not come, and says nothing about speed
	much = 1 << 30          // bytes: the queue of a member that is never too slow
)

// returns waits for the end of something.
func returns(t *testing.T, what string, do func()) {
	t.Helper()
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		do()
	}()
	select {
	case <-returned:
	case <-time.After(hang):
		t.Fatalf("%s does not return within %v", what, hang)
	}
}

func nothing() {}

func TestOneIsPutOutAndTheOthersHaveEveryLine(t *testing.T) {
	t.Parallel() // so that those that hang do it together
	room := kick.NewRoom()
	var others []*kick.Member
	for range 50 {
		others = append(others, room.Join(much, nothing))
	}
	for range 9 { // who are as slow as bob
		room.Join(8, nothing)
	}
	gone := false
	bob := room.Join(8, func() { gone = true }) // two lines
	for i, line := range []string{"line", "LINE", "more"} {
		returns(t, fmt.Sprintf("Say of line %d (bob is put out at line 3)", i+1), func() { room.Say(line) })
		if i < 2 && gone {
			t.Fatalf("bob's queue has 8 bytes; he was put out at line %d, of 4 bytes", i+1)
		}
	}
	room.Say("last")
	without := 0
	for _, m := range others {
		if !slices.Equal(m.Take(), []string{"line", "LINE", "more", "last"}) {
			without++
		}
	}
	if without > 0 {
		t.Errorf("bob was put out at line 3 of 4, and %d of the 50 others have not got every line", without)
	}
	if !gone {
		t.Error("bob's queue has 8 bytes, three lines of 4 bytes were said, and nobody has told him that he is put out")
	}
	if got := bob.Take(); len(got) > 2 {
		t.Errorf("bob's queue has 8 bytes, and %q waits in it", got)
	}
}

func TestWhoeverIsToldMaySpeak(t *testing.T) {
	t.Parallel() // so that those that hang do it together
	room := kick.NewRoom()
	var told []string
	listeners := []*kick.Member{room.Join(much, nothing), room.Join(much, nothing), room.Join(much, nothing)}
	leave := func(name string) func() {
		return func() {
			told = append(told, name)
			room.Say(name + " was put out")
		}
	}
	room.Join(0, leave("bob"))
	returns(t, "Say (it puts bob out, who is told by a function that calls Say)", func() { room.Say("hello") })
	carol := room.Join(much, leave("carol"))
	returns(t, "Kick (of carol, who is told by a function that calls Say)", func() { room.Kick(carol); room.Kick(carol) })
	if !slices.Equal(told, []string{"bob", "carol"}) {
		t.Fatalf("bob was put out once, then carol by two calls of Kick; told was %q", told)
	}
	want := []string{"hello", "bob was put out", "carol was put out"}
	for _, m := range listeners {
		if got := m.Take(); !slices.Equal(got, want) {
			t.Errorf("a member that was there all the time has %q, want %q: all members get the lines in one order", got, want)
		}
	}
}

func TestEachIsToldOnceHoweverManySpeak(t *testing.T) {
	t.Parallel() // so that those that hang do it together
	const slow, speakers, each = 100, 4, 1000
	before := runtime.GOMAXPROCS(8) // so that the system, too, lets them take turns in the midst of a Say
	defer runtime.GOMAXPROCS(before)
	room := kick.NewRoom()
	var listeners []*kick.Member
	for range 30 {
		listeners = append(listeners, room.Join(much, nothing))
	}
	times := make([]atomic.Int64, slow)
	for i := range times {
		room.Join(i, func() { times[i].Add(1) })
	}
	var talking sync.WaitGroup
	for s := range speakers {
		talking.Go(func() {
			for n := range each {
				room.Say(fmt.Sprintf("%c%d", 'a'+s, n))
			}
		})
	}
	returns(t, "Say of one of 4 speakers", talking.Wait)
	for i := range times {
		if n := times[i].Load(); n != 1 {
			t.Fatalf("a member whose queue has %d bytes is too slow, and was told %d times that it is put out, want once", i, n)
		}
	}
	first := listeners[0].Take()
	if len(first) != speakers*each {
		t.Fatalf("%d lines were said, and a member that was there all the time has %d", speakers*each, len(first))
	}
	for _, m := range listeners[1:] {
		for i, line := range m.Take() {
			if line != first[i] {
				t.Fatalf("two members have two orders: line %d is %s for the one and %s for the other", i+1, first[i], line)
			}
		}
	}
}
