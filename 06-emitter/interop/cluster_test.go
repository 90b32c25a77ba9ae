package interop

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	emitter "example.com/redis-chat/06-emitter"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// cluster is one of our nodes and one Socket.IO server, each at its own
// replica, and two clients of each: one in the room lobby, one elsewhere.
type cluster struct {
	master  string // host:port
	emitter *emitter.Emitter
	npm     *program // the npm emitter
	server  *program // the Socket.IO server
	ann     *person  // in lobby, at our node
	ben     *person  // in go, at our node
	cleo    *person  // in lobby, at Node.js
	dan     *person  // in no room, at Node.js
}

func (c *cluster) everybody() []*person { return []*person{c.ann, c.ben, c.cleo, c.dan} }

func startCluster(t *testing.T) *cluster {
	addrs := topologytest.Server(t, 2).Addrs()
	modules := modules(t)
	url := startNode(t, addrs[0], addrs[1], "")
	server := start(t, modules, "server.js", addrs[0], addrs[2])
	var listening struct{ Port int }
	require.NoError(t, json.Unmarshal([]byte(server.next()), &listening))
	awaitSubscription(t, addrs[2])

	master := redis.NewClient(&redis.Options{Addr: addrs[0]})
	t.Cleanup(func() { master.Close() })
	c := &cluster{
		master:  addrs[0],
		server:  server,
		emitter: emitter.New(master, emitter.Options{Timeout: patience}).WaitFor(2),
		npm:     start(t, modules, "emit.js", addrs[0]),
	}
	t.Cleanup(func() { c.emitter.Close() })

	c.ann, c.ben = ours(t, url, "ann", "lobby"), ours(t, url, "ben", "go")
	there := fmt.Sprint("http://127.0.0.1:", listening.Port)
	c.cleo, c.dan = theirs(t, modules, there, "lobby"), theirs(t, modules, there, "")
	return c
}

// startNode runs one of our nodes and returns its URL once it is ready.
func startNode(t *testing.T, master, replica, key string) string {
	r := relay.New(relay.Options{Node: "ours", PubAddr: master, SubAddr: replica, Key: key})
	hub, err := chat.NewHub(chat.Options{Node: "ours", Relay: r})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &node.Server{Hub: hub, Ready: r.Ready, Grace: time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = r.Run(ctx, hub) })
	running.Go(func() { _ = server.Run(ctx, l) })
	t.Cleanup(func() { cancel(); running.Wait() })
	require.Eventually(t, func() bool { _, ready := r.Ready(); return ready }, patience, time.Millisecond)
	return "http://" + l.Addr().String()
}

// awaitSubscription waits until somebody listens at the replica: a Socket.IO server
// does not say when it begins to listen.
func awaitSubscription(t *testing.T, replica string) {
	client := redis.NewClient(&redis.Options{Addr: replica})
	defer client.Close()
	require.Eventually(t, func() bool { return client.PubSubNumPat(t.Context()).Val() > 0 }, patience, time.Millisecond)
}

// person is a client, of our node or of Node.js.
type person struct {
	next func() string                      // the next event, [event,data,…] as JSON
	send func(room, event string, data any) // to a room; "": to everybody else
}

func ours(t *testing.T, url, name, room string) *person {
	c, err := client.Dial(t.Context(), url, client.DialOptions{Name: name, Room: room})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return &person{
		next: func() string {
			for {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				m, err := c.Receive(ctx)
				cancel()
				require.NoError(t, err)
				switch {
				case m.Binary != nil:
					return fmt.Sprintf(`["binary",{"$base64":%q}]`, base64.StdEncoding.EncodeToString(m.Binary))
				case m.Event == "$presence":
				case m.Data == nil:
					return fmt.Sprintf("[%q]", m.Event)
				default:
					return fmt.Sprintf("[%q,%s]", m.Event, m.Data)
				}
			}
		},
		send: func(room, event string, data any) {
			b, err := json.Marshal(data)
			require.NoError(t, err)
			require.NoError(t, c.Send(t.Context(), frame.Frame{Event: event, Room: room, Data: b}))
		},
	}
}

func theirs(t *testing.T, modules, url, room string) *person {
	p := start(t, modules, "client.js", url)
	require.Equal(t, `["connected"]`, p.next())
	if room != "" {
		p.tell([]any{"join", room})
		require.Equal(t, fmt.Sprintf(`["joined",%q]`, room), p.next())
	}
	return &person{
		next: p.next,
		send: func(room, event string, data any) {
			if room == "" {
				p.tell([]any{"broadcast", event, data})
			} else {
				p.tell([]any{"to", room, event, data})
			}
		},
	}
}

// hears asserts that line is the next event that these people hear, and that nobody
// else hears it. To be sure, it emits an event to all after it: that must be the next
// one for the others.
func (c *cluster) hears(t *testing.T, line string, who ...*person) {
	t.Helper()
	for _, p := range who {
		require.Equal(t, line, p.next())
	}
	_, err := c.emitter.Emit(t.Context(), "end")
	require.NoError(t, err)
	for _, p := range c.everybody() {
		require.Equal(t, `["end"]`, p.next())
	}
}
