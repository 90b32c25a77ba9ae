package lastten_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	lastten "example.com/redis-chat/04-websocket-chat/exercises/last-ten"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// member keeps what is put into its queue.
type member struct {
	mu  sync.Mutex
	has []string
}

func (m *member) put(line string) {
	runtime.Gosched() // others have their turn: so a gap between two steps shows
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has = append(m.has, line)
}

func (m *member) lines() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.has)
}

// numbers is "1 2 3" for 1 to 3.
func numbers(first, last int) string {
	var words []string
	for n := first; n <= last; n++ {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, " ")
}

func TestWhoeverComesLateHasTheLastTenAndThenWhatComes(t *testing.T) {
	for _, before := range []int{0, 3, 10, 11, 25, 1000} {
		var room lastten.Room
		for n := range before {
			room.Say(fmt.Sprint(n + 1))
		}
		var alice member
		room.Join(alice.put)
		room.Say(fmt.Sprint(before + 1))
		room.Say(fmt.Sprint(before + 2))
		want := numbers(max(1, before-9), before+2)
		if got := strings.Join(alice.lines(), " "); got != want {
			t.Fatalf("%d lines were said, alice joined, and 2 more were said: she has %q, want %q", before, got, want)
		}
	}
}

func TestWhoeverHasLeftHearsNothing(t *testing.T) {
	var room lastten.Room
	var alice, bob member
	leave := room.Join(alice.put)
	room.Join(bob.put)
	room.Say("1")
	leave()
	room.Say("2")
	if got := strings.Join(alice.lines(), " "); got != "1" {
		t.Errorf(`alice left after the line 1: she has %q, want "1"`, got)
	}
	if got := strings.Join(bob.lines(), " "); got != "1 2" {
		t.Errorf(`bob stayed when alice left: he has %q, want "1 2"`, got)
	}
}

func TestNoneMissingAndNoneTwiceWhileOthersTalk(t *testing.T) {
	const speakers, each, hosts, guests = 4, 300, 20, 100
	var room lastten.Room
	there := make([]member, hosts) // from the beginning
	for i := range there {
		room.Join(there[i].put)
	}

	var talking sync.WaitGroup
	for s := range speakers {
		talking.Go(func() {
			for n := range each {
				room.Say(fmt.Sprintf("%c%d", 'a'+s, n+1))
			}
		})
	}
	latecomers := make([]member, guests)
	for i := range latecomers {
		talking.Go(func() { room.Join(latecomers[i].put) })
	}
	talking.Wait()

	all := there[0].lines()
	if len(all) != speakers*each {
		t.Fatalf("%d lines were said; a member that was there all the time has %d", speakers*each, len(all))
	}
	for h := range there {
		for i, line := range there[h].lines() {
			if line != all[i] {
				t.Fatalf("two members that were there all the time have two orders: line %d is %s for the one and %s for the other", i+1, all[i], line)
			}
		}
	}
	place := map[string]int{}
	for i, line := range all {
		place[line] = i
	}
	for _, wrong := range []func(has, all []string, place map[string]int) string{twice, missed, disordered} {
		for i := range latecomers {
			if what := wrong(latecomers[i].lines(), all, place); what != "" {
				t.Fatalf("a member that joined while others talked %s", what)
			}
		}
	}
}

// The three say what is wrong with what a latecomer has who stayed to the end; "": nothing. place is where a line stands in all.

func twice(has, _ []string, _ map[string]int) string {
	seen := map[string]bool{}
	for _, line := range has {
		if seen[line] {
			return "has a line twice: " + line
		}
		seen[line] = true
	}
	return ""
}

func missed(has, all []string, place map[string]int) string {
	if len(has) == 0 {
		return "has nothing of what was said before"
	}
	seen := map[string]bool{}
	for _, line := range has {
		seen[line] = true
	}
	for i := place[has[0]]; i < len(all); i++ {
		if !seen[all[i]] {
			return fmt.Sprintf("has missed a line: %s, the %dth that was said; it has some from before it", all[i], i+1)
		}
	}
	return ""
}

func disordered(has, _ []string, place map[string]int) string {
	for i, line := range has[1:] {
		if place[line] < place[has[i]] {
			return fmt.Sprintf("has another order than the others: %s before %s", has[i], line)
		}
	}
	return ""
}
