package emitter_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	emitter "example.com/redis-chat/06-emitter"
)

const soon = 300 * time.Millisecond

func TestFrozenReplicaIsMissingInTheReceipt(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	e := newEmitter(t, top.Addrs()[0], emitter.Timeout(soon))
	require.NoError(t, top.Freeze(2))

	receipt, err := e.Emit(t.Context(), "message", "Hello!")
	require.NoError(t, err)
	require.Equal(t, 1, receipt.Replicas)
	require.Equal(t, 2, receipt.Known)

	receipt, err = e.WaitFor(2).Emit(t.Context(), "message", "Hello!")
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, 1, receipt.Replicas)

	require.NoError(t, top.Thaw(2))
	require.Eventually(t, func() bool {
		_, err := e.WaitFor(2).Emit(t.Context(), "message", "Hello!")
		return err == nil
	}, 5*time.Second, time.Millisecond)
}

// A hanging replica that nobody asked for is no reason to wait for long.
func TestFrozenReplicaDoesNotHoldUpWhoDoesNotLinger(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	const linger, events = 20 * time.Millisecond, 10
	e := newEmitter(t, top.Addrs()[0], emitter.Timeout(10*time.Second), emitter.Linger(linger))
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)
	require.NoError(t, top.Freeze(2))

	began := time.Now()
	var emitting sync.WaitGroup
	for i := range events {
		emitting.Go(func() {
			receipt, err := e.WaitFor(i%2).Emit(t.Context(), "message")
			if err != nil || receipt.Replicas != 1 || receipt.Known != 2 {
				t.Errorf("%v, %v", receipt, err)
			}
		})
	}
	emitting.Wait()
	require.GreaterOrEqual(t, time.Since(began), events*linger, "the second is waited for")
	require.Less(t, time.Since(began), 5*time.Second)

	short := newEmitter(t, top.Addrs()[0], emitter.Timeout(soon), emitter.Linger(0))
	began = time.Now()
	receipt, err := short.WaitFor(2).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, 1, receipt.Replicas)
	require.GreaterOrEqual(t, time.Since(began), soon, "what is asked for is waited for")
}

func TestMoreReplicasAskedForThanThereAre(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs() // running ones may have more
	e := newEmitter(t, addrs[0], emitter.Timeout(soon), emitter.Key(redistest.Prefix(t)))
	receipt, err := e.WaitFor(100).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, receipt.Known, receipt.Replicas)
	require.Positive(t, receipt.Replicas)
}

func TestReplicaIsRefusedWithItsMastersAddress(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	_, err := newEmitter(t, addrs[1], emitter.Key(redistest.Prefix(t))).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrReplica)
	require.ErrorContains(t, err, addrs[0])
}

func TestFrozenMasterEndsInTime(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	e := newEmitter(t, top.Addrs()[0], emitter.Timeout(soon))
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)

	require.NoError(t, top.Freeze(0))
	began := time.Now()
	_, err = e.Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrUnreachable)
	require.Less(t, time.Since(began), 5*soon)

	require.NoError(t, top.Thaw(0))
	require.Eventually(t, func() bool {
		_, err := e.Emit(t.Context(), "message")
		return err == nil
	}, 5*time.Second, time.Millisecond)
}

func TestConnectionThatDiedIsReplaced(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	e := newEmitter(t, top.Addrs()[0])
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)

	require.NoError(t, top.Kill(0))
	_, err = e.Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrUnreachable)

	require.NoError(t, top.Restart(t.Context(), 0))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for err = errors.New("not yet"); err != nil && ctx.Err() == nil; { // the replica looks for its master once a second
		_, err = e.WaitFor(1).Emit(ctx, "message")
	}
	require.NoError(t, err)
}

// scripted is a server whose answers to some commands are the test's.
func scripted(t *testing.T, hook server.Hook) string {
	t.Helper()
	s, err := basics.StartEmbedded(basics.EmbeddedOptions{Hook: hook})
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
	_, err := newEmitter(t, addr).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrUnconfirmed)
	require.EqualValues(t, 1, published.Load())
}

// A number is used up by what may have been published, and by nothing else.
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
	e := newEmitter(t, addr)
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
	_, err := newEmitter(t, addr).WaitFor(1).Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrNoReceipt)
}

func TestWrongPasswordIsASentence(t *testing.T) {
	s, err := basics.StartEmbedded(basics.EmbeddedOptions{})
	require.NoError(t, err)
	defer s.Close()
	s.Miniredis().RequireAuth("secret")
	_, err = newEmitter(t, s.Addr()).Emit(t.Context(), "message")
	require.ErrorContains(t, err, "REDIS_PASSWORD")
}

func TestWhoIsNotRedis(t *testing.T) {
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	_, err := newEmitter(t, web.Listener.Addr().String()).Emit(t.Context(), "message")
	require.ErrorContains(t, err, "does not answer as Redis does")
}

// silent accepts connections and never says a word.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts for it
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestWhoWaitsForItsTurnGivesUpWithItsContext(t *testing.T) {
	e := newEmitter(t, silent(t), emitter.Timeout(soon))
	busy := make(chan error)
	go func() {
		_, err := e.Emit(context.Background(), "message")
		busy <- err
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Eventually(t, func() bool {
		_, err := e.Emit(ctx, "message")
		return errors.Is(err, context.Canceled) && strings.Contains(err.Error(), "earlier events")
	}, 5*time.Second, time.Millisecond)
	require.ErrorIs(t, <-busy, emitter.ErrUnreachable)
}

func TestArgumentThatCannotTravel(t *testing.T) {
	e := newEmitter(t, redistest.Start(t).Options().Addr, emitter.Key(redistest.Prefix(t)))
	for _, arg := range []string{"1e999", strings.Repeat("[", 65) + strings.Repeat("]", 65), "{"} {
		_, err := e.Emit(t.Context(), "message", json.RawMessage(arg))
		require.ErrorIs(t, err, emitter.ErrArgument)
	}
}

func TestClosedEmitter(t *testing.T) {
	e := newEmitter(t, redistest.Start(t).Options().Addr, emitter.Key(redistest.Prefix(t)))
	_, err := e.Emit(t.Context(), "message")
	require.NoError(t, err)
	require.NoError(t, e.Close())
	require.NoError(t, e.To("r").Close())
	_, err = e.To("r").Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrClosed)
}
