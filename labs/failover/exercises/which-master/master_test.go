package master_test

import (
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
	master "example.com/redis-chat/labs/failover/exercises/which-master"
)

func TestMain(m *testing.M) { redistest.Main(m) }

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func answer(age time.Duration, addr string, epoch int64) master.Answer {
	return master.Answer{At: now.Add(-age), Master: addr, Epoch: epoch}
}

func believes(t *testing.T, why, want string, answers ...master.Answer) {
	t.Helper()
	if got := master.Decide(answers, now).Master; got != want {
		t.Errorf("%s: you believe %q, want %q", why, got, want)
	}
}

func TestHighestEpochIsBelieved(t *testing.T) {
	believes(t, "two Sentinels of three have not heard of the failover yet", "new:6379",
		answer(0, "old:6379", 4), answer(0, "new:6379", 5), answer(0, "old:6379", 4))
	believes(t, "the one that knows comes first in the list", "new:6379",
		answer(0, "new:6379", 5), answer(0, "old:6379", 4))
	believes(t, "the highest epoch was said two seconds before the others spoke", "new:6379",
		answer(2*time.Second, "new:6379", 5), answer(0, "old:6379", 4), answer(0, "old:6379", 4))
}

func TestYoungerOneIsBelievedWithinOneEpoch(t *testing.T) {
	believes(t, "a Sentinel said the old address, and later another one the new one, both with epoch 5", "new:6379",
		answer(time.Second, "old:6379", 5), answer(0, "new:6379", 5))
	believes(t, "the same, in the other order", "new:6379",
		answer(0, "new:6379", 5), answer(time.Second, "old:6379", 5))
}

func TestWhatWasSaidLongAgoDoesNotCount(t *testing.T) {
	believes(t, "the Sentinels were set up anew and begin with epoch 0; an hour ago one said epoch 9", "new:6379",
		answer(time.Hour, "old:6379", 9), answer(0, "new:6379", 0))
	believes(t, "nobody has answered for an hour", "", answer(time.Hour, "old:6379", 9), master.Answer{})
	believes(t, "an answer of 15 s counts still", "old:6379", answer(master.Valid, "old:6379", 9))
}

func TestSureWithMoreThanHalfOfAll(t *testing.T) {
	fresh, stale, never := answer(time.Second, "a:1", 1), answer(4*time.Second, "a:1", 1), master.Answer{}
	for _, c := range []struct {
		why  string
		of   []master.Answer
		want bool
	}{
		{"two of three answer", []master.Answer{fresh, fresh, never}, true},
		{"one of three answers", []master.Answer{fresh, never, never}, false},
		{"one of one answers", []master.Answer{fresh}, true},
		{"two of four answer", []master.Answer{fresh, fresh, never, never}, false},
		{"one answers, and two did 4 s ago", []master.Answer{fresh, stale, stale}, false},
	} {
		if got := master.Decide(c.of, now).Sure; got != c.want {
			t.Errorf("%s: Sure is %t, want %t", c.why, got, c.want)
		}
	}
}
