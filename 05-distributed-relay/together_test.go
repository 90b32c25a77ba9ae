package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// bundled is a carrier that wants a batch as one transaction. Its commands are words that nobody knows.
type bundled struct{ byPubSub }

func (bundled) Together() bool { return true }

func (bundled) Message(ctx context.Context, args []any, e *wire.Envelope, _, _ any) redis.Cmder {
	return redis.NewCmd(ctx, append(args, "carry", e.Event)...)
}

func (bundled) Own(ctx context.Context, args []any, channel, _ any) redis.Cmder {
	return redis.NewCmd(ctx, append(args, "own", channel)...)
}

// transactions answers them as Redis does, and notes what it was asked.
type transactions struct {
	asked   []string
	refuses string // the word that is refused when it is queued
	fails   string // the word that fails when it is carried out
	how     string // Redis' words for that

	open, refused bool
	queued        []string
}

func (x *transactions) answer(words []string) string {
	x.asked = append(x.asked, strings.ToLower(words[0]))
	switch last := words[len(words)-1]; {
	case words[0] == "multi":
		x.open, x.refused, x.queued = true, false, nil
	case words[0] == "exec" && x.refused:
		x.open = false
		return "-EXECABORT Transaction discarded because of previous errors.\r\n"
	case words[0] == "exec":
		x.open = false
		reply := fmt.Sprintf("*%d\r\n", len(x.queued))
		for _, word := range x.queued {
			if word == x.fails {
				reply += "-" + x.how + "\r\n"
			} else {
				reply += ":1\r\n"
			}
		}
		return reply
	case x.open && last == x.refuses:
		x.refused = true
		return "-NOPERM this user has no permissions to run the 'carry' command\r\n"
	case x.open:
		x.queued = append(x.queued, last)
		return "+QUEUED\r\n"
	}
	return ":1\r\n"
}

// sent has a batch published, and returns what became of each of those: nobody has asked for the answer to a message, so
// it is those of the node's own that tell.
func sent(t *testing.T, x *transactions, batch ...outgoing) (r *Relay, told []error) {
	master := &scripted{also: x.answer}
	r = publishingBy(t, master, bundled{})
	answers := make([]chan error, len(batch))
	for i := range batch {
		if batch[i].since = time.Now(); batch[i].own != nil {
			answers[i] = make(chan error, 1)
			batch[i].done = func(err error) { answers[i] <- err }
		}
	}
	box := r.publisher.outbox
	box.mu.Lock() // all of them are one batch
	for _, m := range batch {
		if m.own != nil {
			box.own = append(box.own, m)
		} else {
			box.messages.push(m)
		}
	}
	box.mu.Unlock()
	box.signal()
	for _, answer := range answers {
		if answer != nil {
			told = append(told, <-answer)
		}
	}
	synctest.Wait()
	return r, told
}

func says(event string) outgoing { return outgoing{envelope: wire.Envelope{Event: event}} }

func TestBatchIsOneTransactionWithTheNodesOwnAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x transactions
		r, told := sent(t, &x, says("a"), own("probe"), says("b"), own("presence"), says("c"))
		require.Contains(t, strings.Join(x.asked, " "), "multi carry carry carry own own exec")
		require.Equal(t, []error{nil, nil}, told)
		require.EqualValues(t, 3, r.publisher.issued.Load())
	})
}

func TestOneAloneIsNoTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var x transactions
		sent(t, &x, own("probe"))
		require.NotContains(t, x.asked, "multi")
		require.Contains(t, x.asked, "own")
	})
}

func TestEachOfATransactionHasItsOwnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := transactions{fails: "second", how: wrongType}
		_, told := sent(t, &x, own("first"), own("second"), own("third"))
		require.NoError(t, told[0])
		require.ErrorContains(t, told[1], "WRONGTYPE")
		require.NoError(t, told[2])
	})
}

// go-redis stops in the middle of EXEC's answer at an error that it has a type for. Nobody may be told that his message was
// refused, as it may have been taken, and nothing may be read on that connection any more.
func TestTransactionThatIsNotReadToItsEndProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := transactions{fails: "second", how: "OOM command not allowed when used memory > 'maxmemory'."}
		r, told := sent(t, &x, own("first"), own("second"), own("third"))
		for _, err := range told {
			_, refused := errors.AsType[redis.Error](err)
			require.False(t, refused, err)
			require.ErrorContains(t, err, "not read to their end: OOM")
		}
		require.Nil(t, r.publisher.link, "it is given up")
	})
}

func TestNothingOfATransactionIsTakenWhenOneOfItIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := transactions{refuses: "b"}
		r, told := sent(t, &x, says("a"), says("b"), own("probe"))
		require.ErrorContains(t, told[0], "NOPERM", "which says more than EXECABORT")
		require.Zero(t, r.publisher.issued.Load(), "their numbers are taken back: nobody is to count them as missed")
	})
}

const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value"

// A message can fail when its transaction is carried out, where its key is no stream, and the probe behind it does not.
func TestNumberThatAProbeHasToldIsNotGivenToAnotherMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := transactions{fails: "b", how: wrongType}
		r, told := sent(t, &x, says("a"), says("b"), own("probe"))
		require.Equal(t, []error{nil}, told, "the probe is taken")
		require.EqualValues(t, 2, r.publisher.issued.Load(), "who hears it waits for the third")
	})
}

func TestNumberOfWhatFailsAtTheEndIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for fails, issued := range map[string]int{"a": 2, "b": 1} { // one with another behind it keeps its number
			x := transactions{fails: fails, how: wrongType}
			r, _ := sent(t, &x, says("a"), says("b"))
			require.EqualValues(t, issued, r.publisher.issued.Load(), fails)
		}
	})
}
