package streams_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/02-replication/watched"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	streams "example.com/redis-chat/labs/no-message-lost"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// patience ends a test that waits for what never comes. It says nothing about how soon it should.
const patience = 2 * time.Minute

// attentive is for nodes that are to notice a silence by themselves.
var attentive = relay.Options{ProbeInterval: 100 * time.Millisecond, PublishTimeout: time.Second}

// cluster is a master, a replica for each node, and the nodes.
type cluster struct {
	t       *testing.T
	top     topology.Topology
	watched *watched.Watched // top, where Sentinels watch it; else nil
	mu      sync.Mutex       // guards nodes while one is restarted
	prefix  string
	nodes   []*node
}

type node struct {
	url   string
	relay *streams.Relay
	hub   *chat.Hub
	log   *redistest.Buffer
	stop  func() // ends all of it, as a killed process does to its clients
}

func startCluster(t *testing.T, top topology.Topology, o relay.Options, s streams.Options) *cluster {
	c := &cluster{t: t, top: top, prefix: redistest.Prefix(t)}
	for i := range len(top.Addrs()) - 1 {
		c.addNode(i+1, o, s)
	}
	for _, n := range c.nodes {
		n.awaitReady(t)
	}
	return c
}

// start is a usual one: two nodes, which are patient on any machine.
func start(t *testing.T) *cluster {
	return startCluster(t, topologytest.Start(t, 2), relay.Options{}, streams.Options{})
}

// addNode starts a node that reads at server i.
func (c *cluster) addNode(i int, o relay.Options, s streams.Options) *node {
	o.Node, o.PubAddr, o.SubAddr, o.Prefix = fmt.Sprint("node-", i), c.top.Addrs()[0], c.top.Addrs()[i], c.prefix
	o.PublishTimeout = cmp.Or(o.PublishTimeout, patience)
	o.ProbeInterval = cmp.Or(o.ProbeInterval, time.Second)
	n := startNode(c.t, o, s)
	c.nodes = append(c.nodes, n)
	return n
}

func startNode(t *testing.T, o relay.Options, s streams.Options) *node {
	n := &node{log: &redistest.Buffer{}}
	o.Log = slog.New(slog.NewTextHandler(n.log, nil))
	n.relay = streams.New(o, s)
	var err error
	n.hub, err = chat.NewHub(chat.Options{
		Node: o.Node, Relay: n.relay, RatePerSecond: -1, MaxQueueBytes: 32 << 20, PongTimeout: time.Hour, WriteTimeout: time.Hour,
	})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n.url = "http://" + l.Addr().String()
	server := &chatnode.Server{Hub: n.hub, Ready: n.relay.Ready, Metrics: n.relay.Metrics(n.hub, n.relay.Ready), Grace: time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, n.relay.Run(ctx, n.hub)) })
	wg.Go(func() { require.NoError(t, server.Run(ctx, l)) })
	n.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(func() {
		n.stop()
		if t.Failed() {
			t.Logf("%s:\n%s", o.Node, n.log)
		}
	})
	return n
}

func (n *node) awaitReady(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { _, ready := n.relay.Ready(); return ready }, patience, time.Millisecond, "node is not ready")
}

// person is a chat client.
type person struct {
	*chatclient.Client
	t    *testing.T
	last *chatclient.Last // kept from one connection to the next
}

func (c *cluster) dial(node int, name string) *person {
	return c.dialWith(node, chatclient.DialOptions{Name: name}, new(chatclient.Last))
}

// back connects again, at any node.
func (p *person) back(c *cluster, node int) *person {
	return c.dialWith(node, chatclient.DialOptions{Name: p.Welcome().Name}, p.last)
}

func (c *cluster) dialWith(node int, o chatclient.DialOptions, last *chatclient.Last) *person {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	o.Last = *last
	conn, err := chatclient.Dial(ctx, c.nodes[node].url, o)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close() })
	last.Begin(conn.Welcome())
	return &person{Client: conn, t: c.t, last: last}
}

func (p *person) next() chatclient.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	m, err := p.Receive(ctx)
	require.NoError(p.t, err)
	p.last.Note(m)
	return m
}

// until skips to the next event of that name.
func (p *person) until(event string) chatclient.Message {
	p.t.Helper()
	for {
		if m := p.next(); m.Event == event {
			return m
		}
	}
}

// hears wants these messages next.
func (p *person) hears(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		require.Equal(p.t, fmt.Sprintf("%q", text), string(p.until("message").Data))
	}
}

// say sends messages and returns when they have their places.
func (p *person) say(texts ...string) {
	p.t.Helper()
	for i, text := range texts {
		id := int64(i)
		require.NoError(p.t, p.Send(p.t.Context(), frame.Frame{Event: "message", Data: quoted(text), ID: &id}))
	}
	for range texts {
		p.until("$placed")
	}
}

// join joins one more room.
func (p *person) join(room string) {
	p.t.Helper()
	id := int64(-1)
	require.NoError(p.t, p.Send(p.t.Context(), frame.Frame{Event: "join", Data: quoted(room), ID: &id}))
	p.until("$ack")
	p.last.Join(room)
}

func quoted(text string) json.RawMessage { return json.RawMessage(fmt.Sprintf("%q", text)) }

// caughtUp waits for the end of what was missed, and tells what the node says of it.
func (p *person) caughtUp() (told frame.CaughtUp) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal(p.until("$caught-up").Data, &told))
	return told
}

// redis is a client for one server of the cluster.
func (c *cluster) redis(i int) *redis.Client {
	r := redis.NewClient(&redis.Options{Addr: c.top.Addrs()[i], MaxRetries: -1, DialTimeout: patience, ReadTimeout: patience})
	c.t.Cleanup(func() { _ = r.Close() })
	return r
}

func (c *cluster) stream() string { return c.prefix + "socket.io" }

func numbered(name string, from, to int) (texts []string) {
	for i := from; i <= to; i++ {
		texts = append(texts, fmt.Sprint(name, " ", i))
	}
	return texts
}

// metric reads one value of a node's /metrics.
func (n *node) metric(t *testing.T, name string) (value float64) {
	t.Helper()
	response, err := http.Get(n.url + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for line := range strings.Lines(string(body)) {
		if rest, found := strings.CutPrefix(line, name+" "); found {
			_, err := fmt.Sscan(rest, &value)
			require.NoError(t, err)
			return value
		}
	}
	require.Fail(t, "no metric "+name)
	return 0
}
