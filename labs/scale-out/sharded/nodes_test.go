package sharded_test

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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/rediscluster"
	"example.com/redis-chat/labs/scale-out/sharded"
)

// chats is two nodes on a cluster: node-1 hears at the master of each shard, node-2 at its replica.
type chats struct {
	*servers
	shards *sharded.Shards
	urls   []string
	relays []*sharded.Relay
}

func options(t *testing.T, node int) (relay.Options, *redistest.Buffer) {
	log := &redistest.Buffer{}
	return relay.Options{
		Node: fmt.Sprint("node-", node), Prefix: redistest.Prefix(t)[:5], // no other test has this cluster
		ProbeInterval: 100 * time.Millisecond, PublishTimeout: patience, Log: slog.New(slog.NewTextHandler(log, nil)),
	}, log
}

func startChats(t *testing.T) *chats {
	c := &chats{servers: startServers(t, rediscluster.Options{})}
	for i := range 2 {
		o, log := options(t, i+1)
		shards, err := sharded.Find(t.Context(), c.cluster.Shards[i].Replicas[0].Addr(), o) // any of its servers will do
		require.NoError(t, err)
		require.NoError(t, shards.Check(i))
		c.shards = shards
		r := sharded.New(shards, i, o)
		c.relays, c.urls = append(c.relays, r), append(c.urls, serve(t, o.Node, r, log))
	}
	for i := range c.relays {
		c.ready(i)
	}
	return c
}

// ready waits until all shards deliver at a node.
func (c *chats) ready(node int) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { reason, _ := c.relays[node].Ready(); return reason == "" }, patience, tick)
}

func serve(t *testing.T, name string, r *sharded.Relay, log *redistest.Buffer) (url string) {
	hub, err := chat.NewHub(chat.Options{Node: name, Relay: r, RatePerSecond: -1, PongTimeout: time.Hour, WriteTimeout: time.Hour})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &chatnode.Server{Hub: hub, Ready: r.Ready, Part: r.Part, Metrics: r.Metrics(hub, r.Ready), Grace: time.Millisecond}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, r.Run(ctx, hub)) })
	wg.Go(func() { assert.NoError(t, server.Run(ctx, l)) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", name, log)
		}
	})
	return "http://" + l.Addr().String()
}

// room is the nth room whose lane is at this shard of the cluster.
func (c *chats) room(shard, nth int) string {
	for i := 0; ; i++ {
		room := fmt.Sprint("room ", i)
		if c.shards.Sets[c.shards.Lanes[lane.Of(room)]].Master == c.cluster.Shards[shard].Master.Addr() {
			if nth--; nth < 0 {
				return room
			}
		}
	}
}

// part is the name of a shard of the cluster.
func (c *chats) part(shard int) string {
	return c.shards.Sets[c.shards.Lanes[lane.Of(c.room(shard, 0))]].Name
}

// move has the slot of a room of the first shard go to the second one.
func (c *chats) move(room string) {
	c.t.Helper()
	o, _ := options(c.t, 1)
	slot, err := c.master.ClusterKeySlot(c.t.Context(), sharded.Channel(o, lane.Of(room))).Result()
	require.NoError(c.t, err)
	other := client(c.t, c.cluster.Shards[1].Master.Addr())
	id, err := other.ClusterMyID(c.t.Context()).Result()
	require.NoError(c.t, err)
	require.NoError(c.t, other.Do(c.t.Context(), "cluster", "setslot", slot, "node", id).Err())
	require.NoError(c.t, c.master.Do(c.t.Context(), "cluster", "setslot", slot, "node", id).Err())
}

type person struct {
	*chatclient.Client
	t *testing.T
}

func (c *chats) dial(node int, name, room string) *person {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	conn, err := chatclient.Dial(ctx, c.urls[node], chatclient.DialOptions{Name: name, Room: room})
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close() })
	return &person{conn, c.t}
}

// until waits for an event of that name.
func (p *person) until(event string) chatclient.Message {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for {
		m, err := p.Receive(ctx)
		require.NoError(p.t, err)
		if m.Event == event {
			return m
		}
	}
}

// say sends messages to the room of the URL, and returns what the last one is answered.
func (p *person) say(texts ...string) (answer string) {
	p.t.Helper()
	for i, text := range texts {
		require.NoError(p.t, p.Send(p.t.Context(), messageOf(text, int64(i))))
	}
	for range texts {
		answer = string(p.until("$ack").Data)
	}
	return answer
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

// missed is what a node has counted as missed.
func (c *chats) missed(node int) float64 {
	c.t.Helper()
	return c.metric(node, "chat_messages_missed_total")
}

func (c *chats) metric(node int, name string) (n float64) {
	c.t.Helper()
	response, err := http.Get(c.urls[node] + "/metrics")
	require.NoError(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	_, rest, found := strings.Cut(string(text), "\n"+name+" ")
	require.True(c.t, found, "%s", name)
	_, err = fmt.Sscan(rest, &n)
	require.NoError(c.t, err)
	return n
}

func messageOf(text string, id int64) frame.Frame {
	return frame.Frame{Event: "message", Data: json.RawMessage(fmt.Sprintf("%q", text)), ID: &id}
}
