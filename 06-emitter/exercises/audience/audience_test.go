package audience_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/06-emitter/exercises/audience"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// cluster is two nodes of chapter 05, at a replica each, and an emitter.
type cluster struct {
	t     *testing.T
	nodes []*chattest.Node
	e     *emitter.Emitter
}

func startCluster(t *testing.T) *cluster {
	top := topologytest.Start(t, 2)
	key := redistest.Prefix(t) + "chat"
	c := &cluster{t: t, e: emitter.New(topologytest.Clients(t, top)[0], emitter.Options{Key: key, Timeout: chattest.Patience})}
	t.Cleanup(func() { c.e.Close() })
	for _, replica := range top.Addrs()[1:3] {
		c.nodes = append(c.nodes, startNode(t, relay.Options{Key: key, PubAddr: top.Addrs()[0], SubAddr: replica}))
	}
	return c
}

// startNode serves a node until the test ends. It returns when the node has proven that it delivers.
func startNode(t *testing.T, o relay.Options) *chattest.Node {
	o.ProbeInterval, o.PublishTimeout = chattest.Patience, chattest.Patience // no machine is too slow
	r := relay.New(o)
	hub, err := chat.NewHub(chat.Options{Relay: r, RatePerSecond: -1})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &chatnode.Server{Hub: hub, Ready: r.Ready, Grace: time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	running.Go(func() { _ = server.Run(ctx, l) })
	running.Go(func() { _ = r.Run(ctx, hub) })
	require.True(t, chattest.WaitFor(func() bool { _, ready := r.Ready(); return ready }))
	return &chattest.Node{T: t, Addr: l.Addr().String(), Dial: new(net.Dialer).DialContext}
}

// enter connects somebody who is in all those rooms.
func (c *cluster) enter(node int, name string, rooms ...string) *chattest.Person {
	p := c.nodes[node].Enter(name, rooms[0])
	for _, room := range rooms[1:] {
		p.Does(`{"event":"join","data":%q,"id":1}`, room)
	}
	return p
}

// heard is all that people have heard so far.
func (c *cluster) heard(people ...*chattest.Person) (heard []string) {
	c.t.Helper()
	_, err := c.e.Emit(c.t.Context(), "end")
	require.NoError(c.t, err)
	for _, p := range people {
		var said []string
		for f := p.Next(); f.Event != "end"; f = p.Next() {
			var text string
			require.NoError(c.t, json.Unmarshal(f.Data, &text))
			said = append(said, text)
		}
		heard = append(heard, "["+strings.Join(said, ", ")+"]")
	}
	return heard
}

func TestInTwoRoomsButNotInAThird(t *testing.T) {
	c := startCluster(t)
	alice, bob := c.enter(0, "alice", "go", "rust"), c.enter(1, "bob", "rust")
	bot, carol := c.enter(1, "bot", "go", "bots"), c.enter(0, "carol", "cobol")
	if _, err := audience.Announce(t.Context(), c.e, []string{"go", "rust"}, []string{"bots"}, "pause"); err != nil {
		t.Fatalf("Announce to go and rust, except bots: %v", err)
	}
	heard := c.heard(alice, bob, bot, carol)
	if heard[0] != "[pause]" {
		t.Errorf("alice is in both rooms and heard %s, want [pause], once", heard[0])
	}
	if heard[1] != "[pause]" {
		t.Errorf("bob is in rust and heard %s, want [pause]", heard[1])
	}
	if heard[2] != "[]" {
		t.Errorf("the bot is in go and in bots and heard %s, want nothing: bots do not get it", heard[2])
	}
	if heard[3] != "[]" {
		t.Errorf("carol is in neither room and heard %s, want nothing", heard[3])
	}
}

func TestNotToOneConnection(t *testing.T) {
	c := startCluster(t)
	alice, bob := c.enter(0, "alice", "go"), c.enter(1, "bob", "go")
	if _, err := audience.Announce(t.Context(), c.e, []string{"go"}, []string{alice.ID}, "pause"); err != nil {
		t.Fatalf("Announce to go, except the id of alice's connection: %v", err)
	}
	if heard := c.heard(alice, bob); heard[0] != "[]" || heard[1] != "[pause]" {
		t.Errorf("the id of alice's connection is in except: alice heard %s and bob %s, want [] and [pause]", heard[0], heard[1])
	}
}

// A list of rooms is often computed: "the rooms that alice moderates".
func TestNoRoomIsNobody(t *testing.T) {
	c := startCluster(t)
	alice := c.enter(0, "alice", "go")
	_, err := audience.Announce(t.Context(), c.e, nil, nil, "pause")
	if heard := c.heard(alice); heard[0] != "[]" {
		t.Errorf("no room was given, and alice heard %s: want that nobody hears it", heard[0])
	}
	if !errors.Is(err, audience.ErrNobody) {
		t.Errorf("no room was given, and Announce says %v, want ErrNobody", err)
	}
}
