package gaps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
	gaps "example.com/redis-chat/05-distributed-relay/exercises/count-gaps"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// heard is what comes from a replica, in words: "a1 3" is message 3 of node a's first run, "a2 probe 7" a probe of its
// second that tells the last number, 7.
type heard []string

// count hands all of it to a Counter. It returns what was counted, and what was to be delivered.
func count(all heard) (counts gaps.Counts, delivered heard) {
	var c gaps.Counter
	for _, h := range all {
		var who string
		var seq uint64
		if _, err := fmt.Sscanf(strings.Replace(h, " probe", "", 1), "%s %d", &who, &seq); err != nil {
			panic(h)
		}
		header := gaps.Header{Node: who[:1], Run: "run " + who, Seq: seq}
		if strings.Contains(h, "probe") {
			c.Probe(header)
		} else if c.Message(header) {
			delivered = append(delivered, h)
		}
	}
	return c.Counts, delivered
}

func (all heard) String() string { return "[" + strings.Join(all, ", ") + "]" }

// check compares, and ends the test with a sentence at the first difference; why says what has happened.
func check(t *testing.T, why string, all heard, want gaps.Counts, wantDelivered heard) {
	t.Helper()
	counts, delivered := count(all)
	if !slices.Equal(delivered, wantDelivered) {
		t.Fatalf("%s: heard %v: delivered %v, want %v", why, all, delivered, wantDelivered)
	}
	if counts != want {
		t.Fatalf("%s: heard %v: counted %+v, want %+v", why, all, counts, want)
	}
}

func TestGapIsCountedOnce(t *testing.T) {
	check(t, "numbers 2 and 3 are missing",
		heard{"a1 1", "a1 4", "a1 5"}, gaps.Counts{Missed: 2}, heard{"a1 1", "a1 4", "a1 5"})
	check(t, "a probe shows a gap that no message shows, and the next message does not show it again",
		heard{"a1 1", "a1 probe 3", "a1 probe 3", "a1 4"}, gaps.Counts{Missed: 2}, heard{"a1 1", "a1 4"})
	check(t, "nothing is missing",
		heard{"a1 probe 0", "a1 1", "a1 probe 1", "a1 2"}, gaps.Counts{}, heard{"a1 1", "a1 2"})
}

func TestEachPublisherHasItsOwnNumbers(t *testing.T) {
	check(t, "two publishers, and number 2 of b is missing",
		heard{"a1 1", "b1 1", "a1 2", "b1 3", "a1 3"}, gaps.Counts{Missed: 1}, heard{"a1 1", "b1 1", "a1 2", "b1 3", "a1 3"})
}

func TestNewRunStartsAnew(t *testing.T) {
	check(t, "node a was started anew, and its numbers begin at 1 again",
		heard{"a1 1", "a1 2", "a1 3", "a2 1", "a2 2", "a2 4"}, gaps.Counts{Missed: 1}, heard{"a1 1", "a1 2", "a1 3", "a2 1", "a2 2", "a2 4"})
	check(t, "the last message of the old run comes behind the first of the new one",
		heard{"a1 1", "a2 1", "a1 2", "a2 2"}, gaps.Counts{}, heard{"a1 1", "a2 1", "a1 2", "a2 2"})
}

func TestWhatWasBeforeUsIsNotMissed(t *testing.T) {
	check(t, "we have started when node a had said 41 things, and none of those was for us",
		heard{"a1 42", "a1 43", "a1 45"}, gaps.Counts{Missed: 1}, heard{"a1 42", "a1 43", "a1 45"})
	check(t, "the same, and a probe is the first that we hear of it",
		heard{"a1 probe 41", "a1 42", "a1 44"}, gaps.Counts{Missed: 1}, heard{"a1 42", "a1 44"})
}

// A frozen master may carry out what was sent on an old connection after something newer.
func TestLateAndRepeated(t *testing.T) {
	check(t, "number 2 comes late: it is not missing any more, and its place has passed",
		heard{"a1 1", "a1 3", "a1 2", "a1 4"}, gaps.Counts{Late: 1}, heard{"a1 1", "a1 3", "a1 4"})
	check(t, "number 2 comes late, and then a second time",
		heard{"a1 1", "a1 3", "a1 2", "a1 2", "a1 4"}, gaps.Counts{Late: 1, Repeated: 1}, heard{"a1 1", "a1 3", "a1 4"})
	check(t, "number 2 comes twice",
		heard{"a1 1", "a1 2", "a1 2", "a1 3"}, gaps.Counts{Repeated: 1}, heard{"a1 1", "a1 2", "a1 3"})
	check(t, "a probe comes late",
		heard{"a1 1", "a1 2", "a1 probe 1", "a1 3"}, gaps.Counts{}, heard{"a1 1", "a1 2", "a1 3"})
	check(t, "a probe has counted number 2 as missed, and number 2 comes",
		heard{"a1 1", "a1 probe 2", "a1 2", "a1 3"}, gaps.Counts{Late: 1}, heard{"a1 1", "a1 3"})
}
