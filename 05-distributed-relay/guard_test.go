package relay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// guarded is a carrier whose master says which rooms have gone elsewhere: their names, with spaces between.
type guarded struct {
	*plainly
	mu    sync.Mutex
	sent  chan struct{} // closed when all have spoken
	taken []string      // what was published elsewhere
}

func (g *guarded) Key() string    { return g.prefix + "gone" }
func (g *guarded) Together() bool { return true }
func (g *guarded) Begin()         {}

func (g *guarded) Back() {}

func (g *guarded) Learn(value string, take func(func(*wire.Envelope) bool) []relay.Waiting) {
	gone := strings.Fields(value)
	if len(gone) > 0 {
		<-g.sent
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range take(func(e *wire.Envelope) bool { return slices.Contains(gone, e.Rooms[0]) }) {
		g.taken = append(g.taken, string(w.Envelope().Encoded))
	}
}

func (g *guarded) soFar() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.taken)
}

func (g *guarded) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	return g.Own(ctx, args, g.prefix+ofMessages, payload)
}

func (g *guarded) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewCmd(ctx, append(args, "publish", channel, payload)...)
}

// What waits when the relay learns that a room is gone is taken elsewhere, in its order; what is said in other rooms goes on here.
func TestWhatWaitsForARoomThatIsGoneIsTakenElsewhere(t *testing.T) {
	c := &cluster{t: t, top: topologytest.Start(t, 1), prefix: redistest.Prefix(t)}
	g := &guarded{plainly: &plainly{prefix: c.prefix}, sent: make(chan struct{})}
	c.o.Carrier = g
	c.addNode(1)
	c.introduce()
	alice, bob := c.dial(0, "alice", "stays"), c.dial(0, "bob", "goes")
	alice.sayAndPlace("one", 1)
	bob.sayAndPlace("one", 1)
	master := topologytest.Clients(t, c.top)[0]
	require.NoError(t, master.Set(t.Context(), g.Key(), "goes", 0).Err())
	for i := range 37 {
		data := json.RawMessage(fmt.Sprintf(`"gone %d"`, i+1))
		require.NoError(t, bob.Send(t.Context(), frame.Frame{Event: "message", Data: data}))
	}
	c.nodes[0].awaitMetric(t, "chat_messages_received_total", 1+1+37)
	close(g.sent)
	require.Eventually(t, func() bool { return len(g.soFar()) == 37 }, patience, time.Millisecond)
	taken := g.soFar()
	for i := range 37 {
		require.Equal(t, fmt.Sprintf("%q", fmt.Sprint("gone ", i+1)), taken[i], "in their order")
	}
	alice.sayAndPlace("two", 2)
	require.Zero(t, c.nodes[0].metric(t, "chat_messages_missed_total"), "a number that was not used is not missed")
}
