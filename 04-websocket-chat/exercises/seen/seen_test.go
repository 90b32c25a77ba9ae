package seen_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/exercises/seen"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is one with what it was told.
type room struct {
	*seen.Receipts
	t    *testing.T
	mu   sync.Mutex
	told []string
}

// enter makes a room with these people, and lets alice say so many lines.
func enter(t *testing.T, lines int, names ...string) *room {
	t.Helper()
	r := &room{t: t}
	r.Receipts = seen.New(func(name string, line int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.told = append(r.told, fmt.Sprint(name, " ", line))
	})
	for _, name := range names {
		r.Join(name)
	}
	for n := range lines {
		if got := r.Said("alice"); got != n+1 {
			t.Fatalf("alice says line %d, and it gets the number %d", n+1, got)
		}
	}
	return r
}

// wasTold compares all that the room was told.
func (r *room) wasTold(story string, want ...string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.told, want) {
		r.t.Errorf("%s: the room was told %q, want %q", story, strings.Join(r.told, ", "), strings.Join(want, ", "))
	}
}

// isReadBy compares who has read a line.
func (r *room) isReadBy(line int, story string, want ...string) {
	r.t.Helper()
	if got := r.By(line); !slices.Equal(got, want) {
		r.t.Errorf("%s: line %d is read by %q, want %q", story, line, got, want)
	}
}

func TestOneReportIsToldOnceForAllItsLines(t *testing.T) {
	r := enter(t, 3, "alice", "bob")
	r.Read("bob", 3)
	r.wasTold("bob has read up to line 3, of three", "bob 3")
	for line := 1; line <= 3; line++ {
		r.isReadBy(line, "bob has read up to line 3", "bob")
	}
}

func TestNobodyForgetsWhatTheyHaveRead(t *testing.T) {
	r := enter(t, 3, "alice", "bob")
	r.Read("bob", 3)
	r.Read("bob", 3)
	r.Read("bob", 2)
	r.wasTold("bob reports line 3, the same again, and line 2, which was under way for longer", "bob 3")
	r.isReadBy(3, "bob has reported line 3, and then, late, line 2", "bob")
}

func TestNobodyHasReadWhatNobodyHasSaid(t *testing.T) {
	r := enter(t, 3, "alice", "bob")
	r.Read("bob", 9)
	r.Read("bob", 0)
	r.Read("bob", -1)
	r.wasTold("bob reports the lines 9, 0 and -1, of three")
	for range 6 {
		if r.Said("alice") == 0 {
			t.Fatal("alice says a line, and it gets the number 0")
		}
	}
	r.isReadBy(9, "bob had reported line 9 before there was one")
	r.isReadBy(10, "there are nine lines")
	r.isReadBy(0, "the first line is number 1")
}

func TestReportsCountOfThoseInTheRoom(t *testing.T) {
	r := enter(t, 3, "alice", "bob")
	r.Read("mallory", 3)
	r.wasTold("mallory, who is not in the room, reports line 3")
	r.Read("bob", 2)
	r.Leave("bob")
	r.Read("bob", 3)
	r.wasTold("bob reports line 2, leaves, and reports line 3", "bob 2")
	r.isReadBy(2, "bob has read up to line 2, and left", "bob")
	r.isReadBy(3, "bob has read up to line 2, and left")
	r.Join("bob")
	r.Read("bob", 1)
	r.Read("bob", 3)
	r.wasTold("bob, who had read up to line 2, is back, and reports line 1 and line 3", "bob 2", "bob 3")
}

func TestWhoeverComesLaterHasReadNothing(t *testing.T) {
	r := enter(t, 3, "alice", "bob")
	r.Read("bob", 3)
	r.Join("carol")
	r.isReadBy(3, "carol came after line 3, and has reported nothing", "bob")
	r.Read("carol", 3)
	r.wasTold("bob reports line 3, carol comes, and reports it, too", "bob 3", "carol 3")
	r.isReadBy(1, "carol came after line 3, and has reported it: what is before it is on her screen", "bob", "carol")
}

func TestWhoeverSaysALineHasReadThoseBefore(t *testing.T) {
	r := enter(t, 2, "alice", "bob")
	if got := r.Said("bob"); got != 3 {
		t.Errorf("bob says line 3, and it gets the number %d", got)
	}
	r.Read("bob", 2)
	r.wasTold("bob answers two lines with the third, and then reports line 2")
	r.isReadBy(2, "bob has answered line 2", "bob")
	r.isReadBy(3, "bob has said line 3, and nobody else has read it")
	r.Read("alice", 3)
	r.isReadBy(3, "bob has said line 3, and alice has read it", "alice")
	r.isReadBy(1, "alice has said line 1, and has read line 3; bob has answered it", "bob")
}

func TestNumbersOfOnePersonOnlyGrow(t *testing.T) {
	const lines = 200
	r := enter(t, lines, "alice", "bob")
	var reports sync.WaitGroup
	for line := 1; line <= lines; line++ {
		reports.Go(func() { r.Read("bob", line) })
	}
	reports.Wait()
	r.isReadBy(lines, "200 goroutines report one line each, of 200", "bob")
	last := 0
	for _, told := range r.told {
		var line int
		if _, err := fmt.Sscanf(told, "bob %d", &line); err != nil || line <= last {
			t.Fatalf("200 goroutines report one line each, of 200; the room was told %d, and then %d: want numbers that only grow", last, line)
		}
		last = line
	}
	if last != lines {
		t.Errorf("200 goroutines report one line each, of 200; the last that the room was told is %d", last)
	}
}
