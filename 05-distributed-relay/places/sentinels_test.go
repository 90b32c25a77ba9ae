package places_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/places"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

const patience = 2 * time.Minute

// node is a node that asks the Sentinels where to go.
type node struct {
	url    string
	relay  *relay.Relay
	places *places.Sentinels
	log    *redistest.Buffer
}

func startServers(t *testing.T) *watched.Watched {
	redistest.NeedsServer(t)
	top, err := watched.Start(t.Context(), watched.Options{Topology: topology.Options{Backend: launch.Backend{Kind: launch.KindServer}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, top.Close()) })
	return top
}

func startNode(t *testing.T, top *watched.Watched, name string, prefer int) *node {
	n := &node{log: &redistest.Buffer{}}
	log := slog.New(slog.NewTextHandler(n.log, nil))
	o := relay.Options{Node: name, Log: log, PublishTimeout: 10 * time.Second}
	n.places = places.New(places.Options{
		Sentinel: sentinel.Options{Addrs: top.Sentinels(), Name: top.Name(), Log: log},
		Node:     name, Prefer: top.Addrs()[prefer : prefer+1], Client: o.Client,
	})
	o.Places = n.places
	n.relay = relay.New(o)
	hub, err := chat.NewHub(chat.Options{Node: name, Relay: n.relay, RatePerSecond: -1, PongTimeout: time.Hour, WriteTimeout: time.Hour})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n.url = "http://" + l.Addr().String()
	server := &chatnode.Server{Hub: hub, Ready: n.relay.Ready, Grace: time.Second, Log: log}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { require.NoError(t, n.places.Run(ctx)) })
	running.Go(func() { require.NoError(t, n.relay.Run(ctx, hub)) })
	running.Go(func() { require.NoError(t, server.Run(ctx, l)) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", name, n.log)
		}
	})
	require.Eventually(t, n.ready, patience, time.Millisecond)
	return n
}

func (n *node) ready() bool { _, ready := n.relay.Ready(); return ready }

func dial(t *testing.T, n *node, name string) *client.Client {
	c, err := client.Dial(t.Context(), n.url, client.DialOptions{Name: name})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// exchange has a client send numbered messages, one each time the one before has its answer, until it is stopped. It returns which
// of them were acknowledged.
func exchange(t *testing.T, c *client.Client) (stop func() (acked map[int64]bool, sent int64)) {
	ctx, cancel := context.WithCancel(t.Context())
	acked, sent, ended := map[int64]bool{}, int64(0), make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			sent++
			id := sent
			if c.Send(t.Context(), frame.Frame{Event: "message", Data: fmt.Appendf(nil, "%d", id), ID: &id}) != nil {
				return
			}
			for answered := false; !answered; {
				m, err := c.Receive(t.Context())
				if err != nil {
					return
				}
				answered = m.ID != nil && *m.ID == id && (m.Event == "$ack" || m.Event == "$error")
				if answered && m.Event == "$ack" {
					acked[id] = true
				}
			}
		}
	}()
	return func() (map[int64]bool, int64) { cancel(); <-ended; return acked, sent }
}

// hears reads until the number last has come, and returns all numbers, which must be rising.
func hears(t *testing.T, c *client.Client, last int64) map[int64]bool {
	heard, highest := map[int64]bool{}, int64(0)
	for highest < last {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		m, err := c.Receive(ctx)
		cancel()
		require.NoError(t, err)
		if m.Event != "message" {
			continue
		}
		var number int64
		require.NoError(t, json.Unmarshal(m.Data, &number))
		require.Greater(t, number, highest, "in order, and nothing twice")
		heard[number], highest = true, number
	}
	return heard
}

func finish(t *testing.T, c *client.Client, id int64) {
	for ; ; id++ { // the last one must arrive, whatever happened before
		require.NoError(t, c.Send(t.Context(), frame.Frame{Event: "message", Data: fmt.Appendf(nil, "%d", id), ID: &id}))
		for {
			m, err := c.Receive(t.Context())
			require.NoError(t, err)
			if m.ID != nil && *m.ID == id && m.Event == "$placed" {
				return
			}
			if m.ID != nil && *m.ID == id && m.Event == "$error" {
				break
			}
		}
	}
}

func TestPlannedFailoverLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	top := startServers(t)
	a, b := startNode(t, top, "a", 1), startNode(t, top, "b", 2)
	alice, bob := dial(t, a, "alice"), dial(t, b, "bob")
	stop := exchange(t, alice)
	require.NoError(t, top.FailOver(t.Context()))
	for _, n := range []*node{a, b} {
		require.Eventually(t, func() bool { p, _ := n.places.Now(); return p.Master != top.Addrs()[0] && !p.Moving }, patience, time.Millisecond)
	}
	require.Eventually(t, func() bool { return a.ready() && b.ready() }, patience, time.Millisecond)
	acked, sent := stop()
	finish(t, alice, sent+1)
	heard := hears(t, bob, sent+1)
	for id := range acked {
		require.True(t, heard[id], "message %d of %d was acknowledged, and the other node's client has not heard it", id, sent)
	}
}

func TestNodeIsAtAReplicaAgainWhenTheKilledMasterIsBack(t *testing.T) {
	t.Parallel()
	top := startServers(t)
	n := startNode(t, top, "a", 0) // it would like server 0, once that is a replica
	at := func(want func(relay.Place) bool) {
		t.Helper()
		require.Eventually(t, func() bool { p, _ := n.places.Now(); return want(p) && n.ready() }, patience, time.Millisecond)
	}
	replicas := top.Addrs()[1:]
	at(func(p relay.Place) bool { return p.Master == top.Addrs()[0] && p.Own != p.Master })
	require.NoError(t, top.Kill(0))
	at(func(p relay.Place) bool { return p.Master == replicas[0] || p.Master == replicas[1] })
	alice := dial(t, n, "alice")
	finish(t, alice, 1)
	require.NoError(t, top.Restart(t.Context(), 0))
	at(func(p relay.Place) bool { return p.Own == top.Addrs()[0] })
	finish(t, alice, 1000)
}

// Redis' own FAILOVER: the Sentinels notice after half a minute, ROLE says it at once.
func TestMasterThatHandedOverByItselfIsLeftAtOnce(t *testing.T) {
	t.Parallel()
	top := startServers(t)
	n := startNode(t, top, "a", 2)
	master := redis.NewClient(&redis.Options{Addr: top.Addrs()[0]})
	t.Cleanup(func() { master.Close() })
	host, port, _ := net.SplitHostPort(top.Addrs()[1])
	require.NoError(t, master.Do(t.Context(), "FAILOVER", "TO", host, port).Err())
	require.Eventually(t, func() bool { p, _ := n.places.Now(); return p.Master == top.Addrs()[1] && n.ready() }, patience, time.Millisecond)
	finish(t, dial(t, n, "alice"), 1)
}
