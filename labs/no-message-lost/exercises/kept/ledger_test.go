package kept_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
	kept "example.com/redis-chat/labs/no-message-lost/exercises/kept"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// trial is a ledger, and what its senders were told, in order: "100 kept" or "100 not known".
type trial struct {
	t      *testing.T
	ledger kept.Ledger
	told   []string
}

func start(t *testing.T, need int) *trial { return &trial{t: t, ledger: kept.Ledger{Need: need}} }

func (tr *trial) sent(offsets ...int64) {
	for _, offset := range offsets {
		tr.ledger.Sent(offset, func(err error) {
			word := "kept"
			switch {
			case errors.Is(err, kept.ErrNotKnown):
				word = "not known"
			case err != nil:
				word = err.Error()
			}
			tr.told = append(tr.told, fmt.Sprint(offset, " ", word))
		})
	}
}

func (tr *trial) tells(why string, want ...string) {
	tr.t.Helper()
	if !slices.Equal(tr.told, want) {
		tr.t.Errorf("%s: the senders were told %q, want %q", why, tr.told, want)
	}
}

func TestMessageIsKeptWhenEnoughReplicasHaveIt(t *testing.T) {
	tr := start(t, 2)
	tr.sent(100, 200)
	tr.tells("no replica has said anything yet")
	tr.ledger.Has("a", 200)
	tr.tells("one replica of two that are needed has both messages")
	tr.ledger.Has("b", 150)
	tr.tells("the second one has the first message", "100 kept")
	tr.ledger.Has("b", 200)
	tr.tells("and now both", "100 kept", "200 kept")
	tr.ledger.Has("b", 300)
	tr.sent(300)
	tr.ledger.Has("a", 300)
	tr.tells("each sender is told once", "100 kept", "200 kept", "300 kept")
}

func TestOneReplicaCountsOnce(t *testing.T) {
	tr := start(t, 2)
	tr.sent(100)
	tr.ledger.Has("a", 100)
	tr.ledger.Has("a", 100)
	tr.ledger.Has("a", 120)
	tr.tells("replica a has said three times that it has the message, and two replicas are needed")
}

func TestReplicaCountsByWhatItSaidLast(t *testing.T) {
	tr := start(t, 2)
	tr.ledger.Has("a", 500)
	tr.ledger.Has("a", 50) // it was restarted, and is reading anew
	tr.sent(100)
	tr.ledger.Has("b", 100)
	tr.tells("replica a said 500, and after its restart 50: b alone has the message at 100")
	tr.ledger.Has("a", 100)
	tr.tells("it has caught up", "100 kept")
}

func TestReplicaThatHasLeftCountsNoMore(t *testing.T) {
	tr := start(t, 1)
	tr.ledger.Has("a", 500)
	tr.ledger.Left("a")
	tr.sent(100)
	tr.tells("the one replica that had it is gone")
	tr.ledger.Has("b", 100)
	tr.tells("another one has come", "100 kept")
}

func TestWhatWaitsIsNotKnownWhenAnotherServerIsTheMaster(t *testing.T) {
	tr := start(t, 2)
	tr.sent(100, 200)
	tr.ledger.Has("a", 200)
	tr.ledger.Promoted("a")
	tr.tells("replica a was promoted, and b had said nothing", "100 not known", "200 not known")
}

// This is what WAIT does not promise.
func TestPromotedReplicaNeedNotBeTheOneThatSaidYes(t *testing.T) {
	tr := start(t, 1)
	tr.sent(100, 200, 300)
	tr.ledger.Has("a", 300)
	tr.ledger.Has("b", 150)
	tr.tells("replica a has all three", "100 kept", "200 kept", "300 kept")
	if lost := tr.ledger.Promoted("b"); !slices.Equal(lost, []int64{200, 300}) {
		t.Errorf("replica b, which is at 150, became the master, and 100, 200 and 300 were acknowledged: you say that %v are lost, want [200 300]", lost)
	}

	tr = start(t, 2)
	tr.sent(100, 200)
	tr.ledger.Has("a", 200)
	tr.ledger.Has("b", 150)
	if lost := tr.ledger.Promoted("b"); len(lost) != 0 {
		t.Errorf("both replicas were needed, so nothing was acknowledged that b does not have: you say that %v are lost, want none", lost)
	}
	tr.tells("both replicas have the first", "100 kept", "200 not known")
}
