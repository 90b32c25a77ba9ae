package relay_test

import (
	"cmp"
	"context"
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
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// patience ends a test that waits for what never comes. It says nothing about
// how soon it should.
const patience = relay.Patience

// cluster is a master, a replica for each node, and the nodes, all of which
// have proven that they deliver, and know each other.
//
// Unless told otherwise its nodes are calm: on no machine, however slow, does an
// answer or a probe seem late to them. They probe when they start, and then as
// often as a test has them: see probe and beat. A node that is to notice silence
// by itself has a ProbeInterval of its own.
type cluster struct {
	t      *testing.T
	top    topology.Topology
	prefix string
	o      relay.Options
	nodes  []*node
}

// attentive is for a node that is to notice a silence, and nothing else: it does
// after 3 s, and leaves a server when that is silent to a PING for 3 s more.
var attentive = relay.Options{ProbeInterval: time.Second}

// node is one node: what cmd/node runs, in this process.
type node struct {
	url   string
	relay *relay.Relay
	hub   *chat.Hub
	log   *redistest.Buffer
	stop  func() // ends the relay alone: to the others it is gone without a word
}

func startCluster(t *testing.T, nodes int) *cluster {
	return startClusterWith(t, nodes, relay.Options{})
}

func startClusterWith(t *testing.T, nodes int, o relay.Options) *cluster {
	c := &cluster{t: t, top: topologytest.Start(t, nodes), prefix: redistest.Prefix(t), o: o}
	for i := range nodes {
		c.addNode(i + 1)
	}
	c.introduce()
	return c
}

// introduce returns when all nodes are ready, and each knows every other.
func (c *cluster) introduce() {
	c.t.Helper()
	for _, n := range c.nodes {
		n.awaitReady(c.t)
	}
	for _, n := range c.nodes {
		n.probe(c.t)
	}
	for _, n := range c.nodes {
		n.awaitLines(c.t, `msg="node came"`, len(c.nodes)-1)
	}
}

// addNode starts a node that subscribes at server i.
func (c *cluster) addNode(i int) *node { return c.addNodeAt(c.top.Addrs()[i]) }

// addNodeOf starts a node that goes where places say.
func (c *cluster) addNodeOf(places relay.Places) *node {
	o := c.o
	o.Node, o.Places, o.Prefix = fmt.Sprint("node-", len(c.nodes)), places, c.prefix
	n := startNode(c.t, o)
	c.nodes = append(c.nodes, n)
	return n
}

// addNodeAt starts a node that subscribes at an address.
func (c *cluster) addNodeAt(sub string) *node {
	o := c.o
	o.Node, o.PubAddr, o.SubAddr = fmt.Sprint("node-", len(c.nodes)), c.top.Addrs()[0], sub
	o.Prefix = c.prefix
	n := startNode(c.t, o)
	c.nodes = append(c.nodes, n)
	return n
}

// calm is o with the time that nothing takes, where o does not say otherwise.
func calm(o relay.Options) relay.Options {
	o.ProbeInterval, o.PublishTimeout = cmp.Or(o.ProbeInterval, patience), cmp.Or(o.PublishTimeout, patience)
	return o
}

func startNode(t *testing.T, o relay.Options) *node {
	n := &node{log: &redistest.Buffer{}}
	o = calm(o)
	o.Log = slog.New(slog.NewTextHandler(n.log, nil))
	n.relay = relay.New(o)
	var err error
	n.hub, err = chat.NewHub(chat.Options{
		Node: o.Node, Relay: n.relay, RatePerSecond: -1, MaxQueueBytes: 32 << 20,
		PongTimeout: time.Hour, WriteTimeout: time.Hour, // a client is not gone when its test has not come to it yet
	})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n.url = "http://" + l.Addr().String()
	server := &chatnode.Server{Hub: n.hub, Ready: n.relay.Ready, Metrics: n.relay.Metrics(n.hub, n.relay.Ready), Grace: time.Second}

	ctx, cancel := context.WithCancel(context.Background())
	relaying, stop := context.WithCancel(context.Background())
	n.stop = stop
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, n.relay.Run(relaying, n.hub)) })
	wg.Go(func() { require.NoError(t, server.Run(ctx, l)) })
	t.Cleanup(func() {
		cancel()
		stop()
		wg.Wait()
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

// awaitAround waits until the node knows that it subscribes at a replica.
func (n *node) awaitAround(t *testing.T) {
	t.Helper()
	require.Eventually(t, n.relay.Around, patience, time.Millisecond)
}

// probe has the node publish a probe, and returns when the master has it: all
// that is published later comes after it.
func (n *node) probe(t *testing.T) {
	t.Helper()
	require.NoError(t, n.relay.Probe(t.Context()))
}

// beat has the node probe without a pause of note until the test ends: what needs
// some of its intervals takes no time.
func (n *node) beat(t *testing.T) {
	again(t, func(ctx context.Context) { _ = n.relay.Probe(ctx) }) // a master that is away is what some tests are about
}

// beat has all nodes probe in turn, without a pause of note, until the test ends.
// Between two probes of one node there is one of each other, as in life, where all
// keep the same interval: a node that comes back counts by them what it missed.
func (c *cluster) beat() {
	again(c.t, func(ctx context.Context) {
		for _, n := range c.nodes {
			_ = n.relay.Probe(ctx)
		}
	})
}

// again does something over and over, until it is stopped or the test ends.
func again(t *testing.T, do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(20 * time.Millisecond) // for a core that has other work, too
		defer tick.Stop()
		for ctx.Err() == nil {
			do(ctx)
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

// awaitLines waits until the node has logged so many lines with that text.
func (n *node) awaitLines(t *testing.T, text string, lines int) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Count(n.log.String(), text) >= lines }, patience, time.Millisecond,
		"not logged %d times: %s", lines, text)
}

// client is a chat client.
type client struct {
	*chatclient.Client
	t     *testing.T
	crowd []string // who is present, as far as sees was told
}

func (c *cluster) dial(node int, name, room string) *client {
	return dial(c.t, c.nodes[node].url, name, room)
}

func dial(t *testing.T, url, name, room string) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := chatclient.Dial(ctx, url, chatclient.DialOptions{Name: name, Room: room})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &client{Client: conn, t: t}
}

func (c *client) say(text string) {
	c.t.Helper()
	c.send(frame.Frame{Event: "message", Data: []byte(fmt.Sprintf("%q", text))})
}

func (c *client) send(f frame.Frame) {
	c.t.Helper()
	require.NoError(c.t, c.Send(c.t.Context(), f))
}

// next is the next message that is not presence.
func (c *client) next() chatclient.Message {
	c.t.Helper()
	for {
		if m := c.any(); m.Event != "$presence" {
			return m
		}
	}
}

func (c *client) any() chatclient.Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	m, err := c.Receive(ctx)
	require.NoError(c.t, err)
	return m
}

// until skips to the next event of that name.
func (c *client) until(event string) chatclient.Message {
	c.t.Helper()
	for {
		if m := c.any(); m.Event == event {
			return m
		}
	}
}

// hears skips to the next message with that text.
func (c *client) hears(text string) {
	c.t.Helper()
	for string(c.until("message").Data) != fmt.Sprintf("%q", text) {
	}
}

// redis is a client for one server of the cluster.
func (c *cluster) redis(i int) *redis.Client {
	r := redis.NewClient(&redis.Options{
		Addr: c.top.Addrs()[i], MaxRetries: -1, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, PoolTimeout: patience,
	})
	c.t.Cleanup(func() { _ = r.Close() })
	return r
}

// publish sends an envelope as somebody else in the cluster would.
func (c *cluster) publish(e wire.Envelope) {
	c.t.Helper()
	payload, err := e.Append(nil)
	require.NoError(c.t, err)
	c.publishRaw(e.Channel("socket.io"), payload)
}

func (c *cluster) publishRaw(channel string, payload []byte) {
	c.t.Helper()
	require.NoError(c.t, c.redis(0).Publish(c.t.Context(), c.prefix+channel, payload).Err())
}

// metric reads one value of a node's /metrics.
func (n *node) metric(t *testing.T, name string) (value float64) {
	t.Helper()
	w := get(t, n.url+"/metrics")
	for line := range strings.Lines(w) {
		if rest, found := strings.CutPrefix(line, name+" "); found {
			_, err := fmt.Sscan(rest, &value)
			require.NoError(t, err)
			return value
		}
	}
	require.Fail(t, "no metric "+name)
	return 0
}

func (n *node) awaitMetric(t *testing.T, name string, want float64) {
	t.Helper()
	require.Eventually(t, func() bool { return n.metric(t, name) == want }, patience, 5*time.Millisecond,
		"%s never became %v", name, want)
}

func get(t *testing.T, url string) string {
	t.Helper()
	_, body := fetch(t, url)
	return body
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(b)
}
