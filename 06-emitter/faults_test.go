package emitter_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	emitter "example.com/redis-chat/06-emitter"
)

// soon is short, and still a hundred times as long as an event takes on this machine. A
// first event, sent to warm up, has measured that: every server that answers has
// answered by then.
func soon(t *testing.T, e *emitter.Emitter) time.Duration {
	t.Helper()
	receipt, err := emitAnswered(t, e.WaitFor(1))
	require.NoError(t, err)
	return 100*time.Millisecond + 100*receipt.Took
}

// emitAnswered emits until the master's answer comes in time. It is too late where this machine stands still.
func emitAnswered(t *testing.T, e *emitter.Emitter) (receipt emitter.Receipt, err error) {
	t.Helper()
	for err = emitter.ErrNoReceipt; errors.Is(err, emitter.ErrNoReceipt) && t.Context().Err() == nil; {
		receipt, err = e.Emit(t.Context(), "message", "Hello!")
	}
	return receipt, err
}

// emitWithin emits with so much time, by a context. A machine that stands still meanwhile leaves too little of it to a replica that
// answers, or the master's answer comes too late: then it emits again, with twice the time.
func emitWithin(t *testing.T, within time.Duration, e *emitter.Emitter) (receipt emitter.Receipt, err error) {
	t.Helper()
	for ; ; within *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), within)
		receipt, err = e.Emit(ctx, "message", "Hello!")
		cancel()
		if receipt.Replicas > 0 || within > patience {
			return receipt, err
		}
	}
}

func TestFrozenReplicaIsMissingInTheReceipt(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	e := newEmitter(t, top.Addrs()[0], emitter.Options{})
	within := soon(t, e)
	require.NoError(t, top.Freeze(2))

	receipt, err := emitWithin(t, within, e)
	require.NoError(t, err)
	require.Equal(t, 1, receipt.Replicas)
	require.Equal(t, 2, receipt.Known)

	receipt, err = emitWithin(t, within, e.WaitFor(2))
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, 1, receipt.Replicas)

	require.NoError(t, top.Thaw(2))
	receipt, err = e.WaitFor(2).Emit(t.Context(), "message", "Hello!")
	require.NoError(t, err)
	require.Equal(t, 2, receipt.Replicas)
}

// Emit does not wait long for a hanging replica that nobody asked for: here it would
// wait an hour.
func TestFrozenReplicaDoesNotHoldUpWhoDoesNotLinger(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	const linger, events = 20 * time.Millisecond, 10
	e := newEmitter(t, top.Addrs()[0], emitter.Options{Timeout: time.Hour, Linger: linger})
	_, err := e.WaitFor(1).Emit(t.Context(), "message")
	require.NoError(t, err)
	require.NoError(t, top.Freeze(2))

	began := time.Now()
	var emitting sync.WaitGroup
	for range events {
		emitting.Go(func() {
			receipt, err := emitAnswered(t, e.WaitFor(1))
			if err != nil || receipt.Replicas != 1 || receipt.Known != 2 {
				t.Errorf("%v, %v", receipt, err)
			}
		})
	}
	emitting.Wait()
	// Redis waits for whole milliseconds of its own clock: it may count one that has
	// only begun.
	require.GreaterOrEqual(t, time.Since(began), events*(linger-2*time.Millisecond), "Emit waits for the second replica")

	// Whoever asks for it waits, however short it would linger.
	short := newEmitter(t, top.Addrs()[0], emitter.Options{Linger: time.Millisecond})
	within := soon(t, short)
	began = time.Now()
	receipt, err := emitWithin(t, within, short.WaitFor(2))
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, 1, receipt.Replicas)
	require.GreaterOrEqual(t, time.Since(began), within-2*time.Millisecond, "Emit waits for the replicas that are asked for")
}

// The test looks at the time that Redis is asked to wait, not at how long it took.
func TestWAITAsksForTheWantedReplicasAndThenForTheRest(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	addr := scripted(t, func(p *server.Peer, cmd string, args ...string) bool {
		switch cmd {
		case "ROLE":
			p.WriteLen(3)
			p.WriteBulk("master")
			p.WriteInt(0)
			p.WriteLen(2)
			for range 2 {
				p.WriteStrings([]string{"127.0.0.1", "1", "0"})
			}
			return true
		case "WAIT":
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, strings.Join(args, " "))
			p.WriteInt(1)
			return true
		}
		return false
	})
	for name, c := range map[string]struct {
		linger time.Duration
		want   int
		asked  []string // how many, and how many milliseconds; "long": the whole time that there is
		took   int
		fails  bool
	}{
		"nobody asked, no lingering":        {time.Nanosecond, 0, []string{"2 1"}, 1, false},
		"nobody asked, some lingering":      {20 * time.Millisecond, 0, []string{"2 20"}, 1, false},
		"one is asked for, and then some":   {20 * time.Millisecond, 1, []string{"1 long", "2 20"}, 1, false},
		"both are asked for":                {20 * time.Millisecond, 2, []string{"2 long"}, 1, true},
		"lingering is not limited":          {0, 1, []string{"2 long"}, 1, false},
		"lingering is longer than all":      {2 * time.Hour, 1, []string{"2 long"}, 1, false},
		"more are asked for than there are": {time.Nanosecond, 3, []string{"3 long"}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked = nil
			e := newEmitter(t, addr, emitter.Options{Timeout: time.Hour, Linger: c.linger})
			receipt, err := e.WaitFor(c.want).Emit(t.Context(), "message")
			if c.fails {
				require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.took, receipt.Replicas)
			require.Equal(t, 2, receipt.Known)
			for i, question := range asked {
				n, ms, _ := strings.Cut(question, " ")
				if d, err := strconv.Atoi(ms); err == nil && d > 60*1000 {
					require.LessOrEqual(t, d, 60*60*1000)
					asked[i] = n + " long"
				}
			}
			require.Equal(t, c.asked, asked)
		})
	}
}

func TestMoreReplicasAskedForThanThereAre(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs() // running ones may have more
	e := newEmitter(t, addrs[0], emitter.Options{Key: redistest.Prefix(t)})
	receipt, err := emitWithin(t, soon(t, e), e.WaitFor(100))
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, receipt.Known, receipt.Replicas)
	require.Positive(t, receipt.Replicas)
}

func TestReplicaIsRefusedWithItsMastersAddress(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	_, err := newEmitter(t, addrs[1], emitter.Options{Key: redistest.Prefix(t)}).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrReplica)
	require.ErrorContains(t, err, addrs[0])
}

// WAIT of a cluster's node counts replicas to which the cluster's PUBLISH has not gone: it
// goes by the cluster's bus, and not in the stream that WAIT asks about.
func TestClusterAndSentinelAreRefused(t *testing.T) {
	for want, addr := range map[error]string{
		emitter.ErrSentinel: redistest.Sentinel(t),
		emitter.ErrCluster:  redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}}).Addr(),
	} {
		e := newEmitter(t, addr, emitter.Options{})
		for range 2 { // after a refusal it asks again
			_, err := e.Emit(t.Context(), "message")
			require.ErrorIs(t, err, want)
			require.EqualError(t, err, "publish to "+addr+": "+want.Error())
		}
	}
}

// Every limit is an hour, except the emitter's own timeout.
func TestFrozenMasterEndsInTime(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	client := redis.NewClient(&redis.Options{Addr: top.Addrs()[0], DialTimeout: time.Hour, ReadTimeout: time.Hour, WriteTimeout: time.Hour})
	defer client.Close()
	require.NoError(t, top.Freeze(0))
	for name, emit := range map[string]func(context.Context) error{
		"by its timeout": func(ctx context.Context) error {
			e := emitter.New(client, emitter.Options{Timeout: 100 * time.Millisecond})
			defer e.Close()
			_, err := e.Emit(ctx, "message")
			return err
		},
		"by its context": func(ctx context.Context) error {
			e := emitter.New(client, emitter.Options{Timeout: time.Hour})
			defer e.Close()
			ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			_, err := e.Emit(ctx, "message")
			return err
		},
	} {
		ended := make(chan error, 1)
		go func() { ended <- emit(t.Context()) }()
		select {
		case err := <-ended:
			require.ErrorIs(t, err, emitter.ErrUnreachable, name)
		case <-time.After(patience):
			require.FailNow(t, "it waits for the frozen master", name)
		}
	}

	require.NoError(t, top.Thaw(0))
	_, err := newEmitter(t, top.Addrs()[0], emitter.Options{}).Emit(t.Context(), "message")
	require.NoError(t, err)
}

func TestConnectionThatDiedIsReplaced(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	e := newEmitter(t, top.Addrs()[0], emitter.Options{})
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)

	require.NoError(t, top.Kill(0))
	_, err = e.Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrUnreachable)

	require.NoError(t, top.Restart(t.Context(), 0))
	// The replica looks for its master once a second; Redis' WAIT waits for a replica
	// that is not there yet, the embedded servers' WAIT does not.
	require.Eventually(t, func() bool {
		_, err := e.WaitFor(1).Emit(t.Context(), "message")
		return err == nil
	}, patience, time.Millisecond)
}

// scripted is a server whose answers to some commands are the test's.
func scripted(t *testing.T, hook server.Hook) string {
	t.Helper()
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: hook})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s.Addr()
}

func TestPublishWithoutAnAnswerIsNotSentAgain(t *testing.T) {
	var published atomic.Int32
	addr := scripted(t, func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "PUBLISH" {
			published.Add(1)
			p.Close()
			return true
		}
		return false
	})
	_, err := newEmitter(t, addr, emitter.Options{}).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrUnconfirmed)
	require.EqualValues(t, 1, published.Load())
}

// An event uses up a number if it may have been published, and only then.
func TestNumberOfARefusedEventIsUsedAgain(t *testing.T) {
	seen := make(chan string, 3)
	var refuse atomic.Bool
	addr := scripted(t, func(p *server.Peer, cmd string, args ...string) bool {
		if cmd != "PUBLISH" {
			return false
		}
		seen <- args[1][len(args[1])-1:] // the number is the last byte
		if refuse.Load() {
			p.WriteError("NOPERM this user has no permissions to access one of the channels")
			return true
		}
		return false
	})
	e := newEmitter(t, addr, emitter.Options{})
	refuse.Store(true)
	_, err := e.Emit(t.Context(), "message")
	require.ErrorContains(t, err, "NOPERM")
	require.NotErrorIs(t, err, emitter.ErrUnconfirmed)
	refuse.Store(false)
	for range 2 {
		_, err = e.Emit(t.Context(), "message")
		require.NoError(t, err)
	}
	require.Equal(t, "\x01\x01\x02", <-seen+<-seen+<-seen)
}

func TestReceiptThatDoesNotComeIsSaid(t *testing.T) {
	addr := scripted(t, func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "WAIT" {
			p.Close()
			return true
		}
		return false
	})
	_, err := newEmitter(t, addr, emitter.Options{}).WaitFor(1).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrNoReceipt)
}

func TestWrongPasswordIsASentence(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer s.Close()
	s.Miniredis().RequireAuth("secret")
	_, err = newEmitter(t, s.Addr(), emitter.Options{}).Emit(t.Context(), "message")
	require.ErrorContains(t, err, "REDIS_PASSWORD")
}

func TestWhoIsNotRedis(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	_, err := newEmitter(t, web.Listener.Addr().String(), emitter.Options{}).Emit(t.Context(), "message")
	require.ErrorContains(t, err, "does not answer as Redis does")
}

func TestWhoWaitsForItsTurnGivesUpWithItsContext(t *testing.T) {
	asked, hangUp := make(chan net.Conn, 10), make(chan struct{})
	e := newEmitter(t, redistest.Listen(t, func(conn net.Conn) { // says nothing
		asked <- conn
		<-hangUp
	}), emitter.Options{})
	busy := make(chan error)
	go func() {
		_, err := e.Emit(context.Background(), "message")
		busy <- err
	}()
	<-asked // so it is its turn
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := e.Emit(ctx, "message")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "earlier events")
	close(hangUp)
	require.ErrorIs(t, <-busy, emitter.ErrUnreachable)
}

func TestArgumentThatCannotTravel(t *testing.T) {
	e := newEmitter(t, redistest.Start(t).Options().Addr, emitter.Options{Key: redistest.Prefix(t)})
	for _, arg := range []string{"1e999", strings.Repeat("[", 65) + strings.Repeat("]", 65), "{"} {
		_, err := e.Emit(t.Context(), "message", json.RawMessage(arg))
		require.ErrorIs(t, err, emitter.ErrArgument)
	}
}

func TestClosedEmitter(t *testing.T) {
	e := newEmitter(t, redistest.Start(t).Options().Addr, emitter.Options{Key: redistest.Prefix(t)})
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)
	require.NoError(t, e.Close())
	require.NoError(t, e.To("r").Close())
	_, err = e.To("r").Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrClosed)
}
