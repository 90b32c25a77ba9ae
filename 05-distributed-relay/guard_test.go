package relay_test

import (
	"context"
	"encoding/json"
	"errors"
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

	batch, numbers int // that were given to messages: of the batch, and in all
}

func (g *guarded) Key() string    { return g.prefix + "gone" }
func (g *guarded) Together() bool { return true }
func (g *guarded) Check() string  { return ofMessages + ":check" }

func (g *guarded) Begin() { g.batch = 0 }

func (g *guarded) Append(dst []byte, e *wire.Envelope) ([]byte, error) {
	g.given(+1)
	g.batch++
	return g.plainly.Append(dst, e)
}

func (g *guarded) Back() { g.given(-g.batch) }

func (g *guarded) given(n int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.numbers += n
	return g.numbers
}

func (g *guarded) Learn(value string, take func(func(*wire.Envelope) bool) []relay.Waiting) error {
	gone := strings.Fields(value)
	if slices.Contains(gone, "?") {
		return errors.New("it says what nobody understands")
	}
	if len(gone) > 0 {
		<-g.sent
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range take(func(e *wire.Envelope) bool { return slices.Contains(gone, e.Rooms[0]) }) {
		g.taken = append(g.taken, string(w.Envelope().Encoded))
	}
	return nil
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

// startGuarded starts a node whose user may do all, and its client.
func startGuarded(t *testing.T) (c *cluster, g *guarded, alice *client) {
	c = &cluster{t: t, top: topologytest.Server(t, 1), prefix: redistest.Prefix(t)}
	g = &guarded{plainly: &plainly{prefix: c.prefix}, sent: make(chan struct{})}
	close(g.sent)
	for i := range c.top.Addrs() {
		c.do(i, "ACL SETUSER chat on >secret allcommands allchannels allkeys")
	}
	c.o = relay.Options{
		Username: "chat", Password: "secret", Carrier: g, ProbeInterval: lively.ProbeInterval, PublishTimeout: lively.PublishTimeout,
	}
	c.addNode(1)
	c.introduce()
	alice = c.dial(0, "alice", "lobby")
	alice.sayAndPlace("before", 1)
	return c, g, alice
}

// In a transaction a refusal is one for all: none of its messages is carried out, and none has a number.
func TestNumbersOfWhatIsRefusedAreGivenBack(t *testing.T) {
	c, g, alice := startGuarded(t)
	c.do(0, "ACL SETUSER chat resetchannels &*chat:*")
	for id := int64(2); id < 10; id++ {
		alice.send(message("lost", id))
		require.Contains(t, string(alice.until("$error").Data), "NOPERM")
	}
	require.Equal(t, 1, g.given(0))
	c.do(0, "ACL SETUSER chat allchannels")
	c.nodes[0].awaitReady(t)
	alice.sayAndPlace("after", 10)
	require.Equal(t, 2, g.given(0))
}

// Whoever may read the key and not watch it would publish behind a change.
func TestNothingIsPublishedUnguarded(t *testing.T) {
	c, g, alice := startGuarded(t)
	for forbid, allow := range map[string]string{
		"ACL SETUSER chat -watch":     "ACL SETUSER chat +watch",
		"SET " + g.Key() + " ?":       "DEL " + g.Key(),
		"ACL SETUSER chat resetkeys":  "ACL SETUSER chat allkeys",
		"ACL SETUSER chat -multi":     "ACL SETUSER chat +multi",
		"ACL SETUSER chat -exec -get": "ACL SETUSER chat +exec +get",
	} {
		c.do(0, forbid)
		until(alice, "$error") // behind what was allowed a batch is watched already
		c.do(0, allow)
		until(alice, "$placed")
	}
}

// until says something again and again, until that becomes of it.
func until(alice *client, event string) {
	for id := int64(2); ; id++ {
		alice.send(message("again", id))
		for {
			m := alice.next()
			if m.Event == event {
				return
			}
			if m.Event == "$placed" || m.Event == "$error" {
				break
			}
		}
	}
}
