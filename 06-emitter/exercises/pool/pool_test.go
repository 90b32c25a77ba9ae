package pool_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/06-emitter/exercises/pool"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// busy is somebody else who uses the same client. Right before WAIT they take the connection that was used last: a pool gives
// that one first.
type busy struct {
	client *redis.Client
	took   *redis.Conn
	err    error
}

func (b *busy) DialHook(next redis.DialHook) redis.DialHook { return next }
func (b *busy) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (b *busy) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.EqualFold(cmd.Name(), "wait") && b.took == nil {
			b.took = b.client.Conn()
			b.err = b.took.Ping(ctx).Err()
		}
		return next(ctx, cmd)
	}
}

// giveBack gives the connection back, and says whether there was one to take.
func (b *busy) giveBack() error {
	if b.took != nil {
		_ = b.took.Close()
		b.took = nil
	}
	return b.err
}

func TestReceiptIsForWhatWasPublished(t *testing.T) {
	topologytest.Faults(t)
	const emits = 10
	top := topologytest.Start(t, 2)
	w := topologytest.NewWires("publish", "wait")
	client := redis.NewClient(&redis.Options{
		Addr: top.Addrs()[0], Dialer: w.Dial, PoolSize: 3, PoolTimeout: time.Second,
		MaxRetries: -1, DialTimeout: time.Minute, ReadTimeout: time.Minute,
	})
	defer client.Close()
	warm(t, client)
	require.NoError(t, top.Freeze(2)) // one of two replicas stands still: the right answer is 1
	other := &busy{client: client}
	client.AddHook(other)

	for i := range emits {
		reached, err := pool.Emit(t.Context(), client, redistest.Prefix(t), "hi", 1, time.Minute)
		if taken := other.giveBack(); err != nil || taken != nil {
			t.Fatalf("Emit number %d of %d, with a pool of 3 connections, says %v, and somebody else got %v: is each connection given back?",
				i+1, emits, err, taken)
		}
		published, waited := w.Over("publish"), w.Over("wait")
		if len(published) != i+1 || len(waited) < i+1 {
			t.Fatalf("Emit was called %d times, and there were %d PUBLISH and %d WAIT: want one of each", i+1, len(published), len(waited))
		}
		if p, q := published[i], waited[len(waited)-1]; p != q {
			t.Fatalf("while somebody else uses the client, PUBLISH goes over one connection, and WAIT over another (%d and %d): "+
				"WAIT speaks of its own connection, whose last command was before that PUBLISH; Emit says that %d of 2 replicas have it, and one stands still",
				p, q, reached)
		}
		if reached != 1 {
			t.Fatalf("one of two replicas stands still, and Emit says that %d have it, want 1", reached)
		}
	}
	if reached := finally(t, top.Thaw(2), client); reached != 2 {
		t.Errorf("both replicas go on, and Emit says that %d have it, want 2", reached)
	}
}

// warm leaves two connections in the pool that have been used before, when all replicas had acknowledged all that was
// written until then; they do that once a second.
func warm(t *testing.T, client *redis.Client) {
	require.True(t, chattest.WaitFor(func() bool {
		role, err := replication.ReadRole(t.Context(), client)
		require.NoError(t, err)
		return !slices.ContainsFunc(role.Replicas, func(r replication.ReplicaOffset) bool { return r.Offset < role.Offset })
	}))
	for _, conn := range []*redis.Conn{client.Conn(), client.Conn()} {
		require.NoError(t, conn.Ping(t.Context()).Err())
		defer conn.Close()
	}
}

func finally(t *testing.T, err error, client *redis.Client) (reached int) {
	require.NoError(t, err)
	reached, err = pool.Emit(t.Context(), client, redistest.Prefix(t), "hi", 2, time.Minute)
	require.NoError(t, err)
	return reached
}
