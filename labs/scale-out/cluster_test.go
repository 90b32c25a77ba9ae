package scaleout_test

import (
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
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lane"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

// cluster is a master, and a node at each of its replicas.
type cluster struct {
	t      *testing.T
	top    topology.Topology
	prefix string
	nodes  []*node

	user, password string // of the nodes at Redis; "": none
}

type node struct {
	url   string
	relay *scaleout.Relay
}

func startCluster(t *testing.T, nodes int) *cluster {
	c := &cluster{t: t, top: topologytest.Start(t, nodes), prefix: redistest.Prefix(t)}
	for i := range nodes {
		c.nodes = append(c.nodes, c.startNode(i+1))
	}
	for _, n := range c.nodes {
		require.Eventually(t, func() bool { _, ready := n.relay.Ready(); return ready }, patience, time.Millisecond)
	}
	return c
}

func (c *cluster) startNode(i int) *node {
	o, log := c.options(i)
	o.PubAddr, o.SubAddr = c.top.Addrs()[0], c.top.Addrs()[i]
	n := &node{relay: scaleout.New(o)}
	n.url = serve(c.t, i, n.relay, nil, log)
	return n
}

func (c *cluster) options(i int) (relay.Options, *redistest.Buffer) {
	log := &redistest.Buffer{}
	return relay.Options{
		Node: fmt.Sprint("node-", i), Prefix: c.prefix, Username: c.user, Password: c.password,
		ProbeInterval: 100 * time.Millisecond, PublishTimeout: patience, Log: slog.New(slog.NewTextHandler(log, nil)),
	}, log
}

// serve runs a node with this relay until the test ends.
func serve(t *testing.T, i int, r relaynode.Relay, part func(string) (string, bool), log *redistest.Buffer) (url string) {
	hub, err := chat.NewHub(chat.Options{Node: fmt.Sprint("node-", i), Relay: r, RatePerSecond: -1, PongTimeout: time.Hour, WriteTimeout: time.Hour})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &chatnode.Server{Hub: hub, Ready: r.Ready, Part: part, Metrics: r.Metrics(hub, r.Ready), Grace: time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, r.Run(ctx, hub)) })
	wg.Go(func() { assert.NoError(t, server.Run(ctx, l)) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if t.Failed() {
			t.Logf("node-%d:\n%s", i, log)
		}
	})
	return "http://" + l.Addr().String()
}

// person is a client of a node.
type person struct {
	*chatclient.Client
	t *testing.T
}

func (c *cluster) dial(node int, name, room string) *person {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	conn, err := chatclient.Dial(ctx, c.nodes[node].url, chatclient.DialOptions{Name: name, Room: room})
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close() })
	return &person{conn, c.t}
}

func (p *person) next() chatclient.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	m, err := p.Receive(ctx)
	require.NoError(p.t, err)
	return m
}

// until waits for an event of that name.
func (p *person) until(event string) chatclient.Message {
	p.t.Helper()
	for {
		if m := p.next(); m.Event == event {
			return m
		}
	}
}

// say sends messages to the room of the URL, and returns when the master has taken them.
func (p *person) say(texts ...string) { p.sayIn("", texts...) }

func (p *person) sayIn(room string, texts ...string) {
	p.t.Helper()
	for i, text := range texts {
		id := int64(i)
		f := frame.Frame{Event: "message", Room: room, Data: json.RawMessage(fmt.Sprintf("%q", text)), ID: &id}
		require.NoError(p.t, p.Send(p.t.Context(), f))
	}
	for range texts {
		p.until("$ack") // "$placed" need not come, while the node does not know yet that it reads at a replica
	}
}

// does joins or leaves a room, and returns when that is done.
func (p *person) does(event, room string) {
	p.t.Helper()
	id := int64(1)
	require.NoError(p.t, p.Send(p.t.Context(), frame.Frame{Event: event, Data: json.RawMessage(fmt.Sprintf("%q", room)), ID: &id}))
	p.until("$ack")
}

// hears wants these messages next.
func (p *person) hears(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		require.Equal(p.t, fmt.Sprintf("%q", text), string(p.until("message").Data))
	}
}

func numbered(name string, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint(name, " ", i+1))
	}
	return texts
}

const tick = 5 * time.Millisecond

// subscribers is how many the lane of a room has at a node's own server.
func (c *cluster) subscribers(node int, room string) int64 {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: c.top.Addrs()[node+1]})
	defer client.Close()
	channel := fmt.Sprintf("%schat:lane:%d", c.prefix, lane.Of(room))
	n, err := client.PubSubNumSub(c.t.Context(), channel).Result()
	require.NoError(c.t, err)
	return n[channel]
}

// missed is what a node has counted as missed.
func (c *cluster) missed(node int) float64 {
	c.t.Helper()
	return c.metric(node, "chat_messages_missed_total")
}

func (c *cluster) metric(node int, name string) (n float64) {
	c.t.Helper()
	response, err := http.Get(c.nodes[node].url + "/metrics")
	require.NoError(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	_, rest, found := strings.Cut(string(text), "\n"+name+" ")
	require.True(c.t, found)
	_, err = fmt.Sscan(rest, &n)
	require.NoError(c.t, err)
	return n
}
