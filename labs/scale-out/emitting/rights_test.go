package emitting_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/emitting"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

const patience = 2 * time.Minute

// rights are a server, and an emitter whose user has those that the test gives it.
type rights struct {
	t     *testing.T
	admin *redis.Client
	e     *emitting.Emitter
	heard *redis.PubSub
	dials atomic.Int32
}

func startRights(t *testing.T) *rights {
	redistest.NeedsServer(t)
	addr := redistest.Process(t, launch.ProcessOptions{}).Addr()
	r := &rights{t: t, admin: redis.NewClient(&redis.Options{Addr: addr, ReadTimeout: patience})}
	t.Cleanup(func() { assert.NoError(t, r.admin.Close()) })
	r.may("on", ">secret", "allcommands", "allchannels", "allkeys")
	r.e = emitting.New(emitting.Options{
		Map: &lanemap.Map{Sets: []lanemap.Set{{Name: "set-a", Master: addr}}}, Timeout: patience,
		Client: func(addr string) *redis.Client {
			return redis.NewClient(&redis.Options{Addr: addr, Username: "chat", Password: "secret", Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
				r.dials.Add(1)
				return new(net.Dialer).DialContext(ctx, network, addr)
			}})
		},
	})
	t.Cleanup(func() { assert.NoError(t, r.e.Close()) })
	r.heard = r.admin.PSubscribe(t.Context(), "*lane:*")
	t.Cleanup(func() { assert.NoError(t, r.heard.Close()) })
	_, err := r.heard.Receive(t.Context())
	require.NoError(t, err)
	return r
}

// may changes what the emitter's user may do.
func (r *rights) may(rules ...any) {
	r.t.Helper()
	require.NoError(r.t, r.admin.Do(r.t.Context(), append([]any{"acl", "setuser", "chat"}, rules...)...).Err())
}

func (r *rights) emit() error {
	_, err := r.e.To("go").Emit(r.t.Context(), "message", "hi")
	return err
}

// hears wants the next event to bear that number on its lane.
func (r *rights) hears(number byte) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	m, err := r.heard.ReceiveMessage(ctx)
	require.NoError(r.t, err)
	require.Equal(r.t, number, m.Payload[0])
}

// Without MULTI the PUBLISH behind it is carried out by itself. A second event with its number would be dropped as a repetition.
func TestEventOfAUserWithoutMultiMayBePublishedAndUsesUpItsNumber(t *testing.T) {
	r := startRights(t)
	r.may("-multi")
	err := r.emit()
	require.ErrorIs(t, err, emitter.ErrUnconfirmed)
	require.ErrorContains(t, err, "NOPERM")
	r.hears(1)
	r.may("+multi")
	require.NoError(t, r.emit())
	r.hears(2)
}

func TestNumberOfARefusedEventIsUsedAgain(t *testing.T) {
	for forbid, allow := range map[string]string{"-publish": "+publish", "-exec": "+exec", "resetchannels": "allchannels"} {
		r := startRights(t)
		r.may(forbid)
		err := r.emit()
		require.ErrorContains(t, err, "NOPERM", forbid)
		require.NotErrorIs(t, err, emitter.ErrUnconfirmed, forbid)
		r.may(allow)
		require.NoError(t, r.emit())
		r.hears(1)
	}
}

// What is watched on a connection stays so in a client's pool.
func TestConnectionOnWhichSomethingIsWatchedIsNotUsedAgain(t *testing.T) {
	r := startRights(t)
	require.NoError(t, r.emit())
	r.may("-get")
	require.ErrorContains(t, r.emit(), "NOPERM")
	r.may("+get")
	require.NoError(t, r.emit())
	require.EqualValues(t, 2, r.dials.Load())
}
