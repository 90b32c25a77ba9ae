package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
)

// trial is a chat that is tried, on a master with two replicas.
type trial struct {
	t   *testing.T
	top topology.Topology
	// start starts a node. The error says why there is none.
	start func(pubAddr, subAddr string) (*chattest.Node, error)
	// watches says that a node asks itself whether it delivers: then a test waits until it knows.
	watches bool
}

// lacks are what the small node lacks and the chapter's has. Each is tried on both, by the same steps: they return nil,
// or what is wrong in a sentence.
var lacks = []struct {
	name  string
	try   func(*trial) error
	first string // what is wrong with the small one
}{
	{
		"a replica is killed and comes back", replicaIsKilled,
		"bob has missed 37 messages and more, and nobody has told him",
	},
	{
		"a replica loses its master", replicaLosesItsMaster,
		"bob hears nothing any more, and his node says that it is ready",
	},
	{
		"the address of a replica instead of the master's", wrongServer,
		"carol, at the same node as alice, hears her; bob, at the other one, does not; and there was no error",
	},
	{
		"an answer is lost", answerIsLost,
		"alice has said it once, and bob has heard it twice",
	},
}

func TestWhatTheSmallNodeLacks(t *testing.T) {
	topologytest.Faults(t)
	for _, lack := range lacks {
		t.Run(lack.name, func(t *testing.T) {
			c := &trial{t: t, top: topologytest.Start(t, 2), start: func(pubAddr, subAddr string) (*chattest.Node, error) {
				return serve(t, pubAddr, subAddr), nil
			}}
			err := lack.try(c)
			t.Log(err)
			require.EqualError(t, err, lack.first)
		})
	}
}

func TestChaptersNodeHasIt(t *testing.T) {
	topologytest.Faults(t)
	for _, lack := range lacks {
		t.Run(lack.name, func(t *testing.T) {
			o := relay.Options{Prefix: redistest.Prefix(t), ProbeInterval: time.Second, PublishTimeout: chattest.Patience}
			c := &trial{t: t, top: topologytest.Start(t, 2), watches: true}
			c.start = func(pubAddr, subAddr string) (*chattest.Node, error) {
				o.PubAddr, o.SubAddr = pubAddr, subAddr
				return serveRelay(t, o)
			}
			require.NoError(t, lack.try(c))
		})
	}
}

// serveRelay serves a node of this chapter until the test ends. It returns when the node is ready, or will never be.
func serveRelay(t *testing.T, o relay.Options) (*chattest.Node, error) {
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
	ended := make(chan error, 1)
	running.Go(func() { ended <- r.Run(ctx, hub) })
	ready := chattest.WaitFor(func() bool {
		select {
		case err = <-ended:
			return true
		default:
			_, ready := r.Ready()
			return ready
		}
	})
	require.True(t, ready)
	return &chattest.Node{T: t, Addr: l.Addr().String(), Dial: new(net.Dialer).DialContext}, err
}

// twoNodes starts node A at replica 1, where alice and carol are, and node B at replica 2, where bob is.
func (c *trial) twoNodes(master string) (alice, carol, bob *chattest.Person, b *chattest.Node) {
	addrs := c.top.Addrs()
	nodeA, err := c.start(master, addrs[1])
	require.NoError(c.t, err)
	b, err = c.start(addrs[0], addrs[2])
	require.NoError(c.t, err)
	alice, carol, bob = nodeA.Enter("alice", "go"), nodeA.Enter("carol", "go"), b.Enter("bob", "go")
	say(alice, "hello")
	hears(carol, "hello")
	hears(bob, "hello")
	return alice, carol, bob, b
}

func say(p *chattest.Person, text string) {
	p.Says(fmt.Sprintf(`{"event":"message","data":%q}`, text))
}

// sayUntil has somebody say something again and again until another has heard what it waits for: what is said while a
// node connects anew is lost.
func (c *trial) sayUntil(p *chattest.Person, what func() string, heard func()) {
	c.t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); heard() }()
	require.True(c.t, chattest.WaitFor(func() bool {
		say(p, what())
		select {
		case <-done:
			return true
		default:
			return false
		}
	}))
}

// hears reads until that is said, and returns what else was said before it.
func hears(p *chattest.Person, text string) (before []string) {
	for {
		f := p.Next()
		if f.Event != "message" {
			continue
		}
		var said string
		require.NoError(p.T, json.Unmarshal(f.Data, &said))
		if said == text {
			return before
		}
		before = append(before, said)
	}
}

// missedOf returns the number of messages that a node says to have missed.
func missedOf(p *chattest.Person, recovered json.RawMessage) int {
	var data struct{ Missed int }
	require.NoError(p.T, json.Unmarshal(recovered, &data))
	return data.Missed
}

// replicaIsKilled: alice says 37 things while bob's node has no replica, and goes on until he hears something.
func replicaIsKilled(c *trial) error {
	alice, carol, bob, _ := c.twoNodes(c.top.Addrs()[0])
	require.NoError(c.t, c.top.Kill(2))
	said := 37
	for i := range said {
		say(alice, fmt.Sprint(i))
	}
	hears(carol, fmt.Sprint(said-1))
	require.NoError(c.t, c.top.Restart(c.t.Context(), 2))

	first, told := "", -1
	c.sayUntil(alice, func() string { said++; return fmt.Sprint(said - 1) }, func() {
		for first == "" || c.watches && told < 0 {
			switch f := bob.Next(); {
			case f.Event == "message" && first == "":
				first = string(f.Data)
			case f.Event == "$recovered":
				told = missedOf(bob, f.Data)
			}
		}
	})
	var missed int
	_, err := fmt.Sscanf(first, `"%d"`, &missed)
	require.NoError(c.t, err)
	switch {
	case told < 0:
		return errors.New("bob has missed 37 messages and more, and nobody has told him")
	case told != missed:
		return fmt.Errorf("bob has missed %d messages, and was told %d", missed, told)
	}
	return nil
}

// replicaLosesItsMaster: its connections to clients stay open, and silent.
func replicaLosesItsMaster(c *trial) error {
	alice, carol, _, b := c.twoNodes(c.top.Addrs()[0])
	require.NoError(c.t, c.top.Cut(2))
	say(alice, "is anybody there?")
	hears(carol, "is anybody there?")
	ready := func() bool {
		answer, err := http.Get("http://" + b.Addr + "/readyz")
		require.NoError(c.t, err)
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}
	if c.watches {
		chattest.WaitFor(func() bool { return !ready() })
	}
	if ready() {
		return errors.New("bob hears nothing any more, and his node says that it is ready")
	}
	return nil
}

// wrongServer: node A publishes at its own replica.
func wrongServer(c *trial) error {
	addrs := c.top.Addrs()
	wrong, err := c.start(addrs[1], addrs[1])
	if err != nil {
		return nil // there is no such node
	}
	right, err := c.start(addrs[0], addrs[2])
	require.NoError(c.t, err)
	alice, carol, bob := wrong.Enter("alice", "go"), wrong.Enter("carol", "go"), right.Enter("bob", "go")
	say(alice, "hello")
	hears(carol, "hello")
	say(right.Enter("dave", "go"), "who is there?")
	if before := hears(bob, "who is there?"); len(before) == 0 {
		return errors.New("carol, at the same node as alice, hears her; bob, at the other one, does not; and there was no error")
	}
	return nil
}

// answerIsLost: the master takes a message, and its answer does not come back.
func answerIsLost(c *trial) error {
	way := &wayToMaster{t: c.t, master: c.top.Addrs()[0]}
	alice, _, bob, _ := c.twoNodes(way.open())
	way.loseAnswer.Store(true)
	say(alice, "hi")
	require.True(c.t, chattest.WaitFor(func() bool { return !way.loseAnswer.Load() }))
	sent := way.published.Load()
	require.True(c.t, chattest.WaitFor(func() bool { return way.published.Load() > sent }), "it is sent again, or a probe is")
	heard := 0
	var before []string
	c.sayUntil(alice, func() string { return "end" }, func() { before = hears(bob, "end") })
	for _, said := range before {
		if said == "hi" {
			heard++
		}
	}
	if heard > 1 {
		return errors.New("alice has said it once, and bob has heard it twice")
	}
	return nil
}

// wayToMaster passes on what a node and the master say to each other.
type wayToMaster struct {
	t          *testing.T
	master     string
	loseAnswer atomic.Bool // the next answer is lost, and its connection with it
	published  atomic.Int64
}

func (w *wayToMaster) open() (addr string) { return redistest.Listen(w.t, w.pass) }

func (w *wayToMaster) pass(client net.Conn) {
	server, err := net.Dial("tcp", w.master)
	if err != nil {
		return
	}
	defer server.Close()
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		copyUntil(server, client, func(asked []byte) bool {
			if bytes.Contains(bytes.ToLower(asked), []byte("publish")) {
				w.published.Add(1)
			}
			return false
		})
		server.Close()
	}()
	copyUntil(client, server, func([]byte) bool { return w.loseAnswer.CompareAndSwap(true, false) })
	client.Close()
	<-asking
}

// copyUntil copies until something fails, or lost says that what was read is to be lost.
func copyUntil(to, from net.Conn, lost func([]byte) bool) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil || lost(buf[:n]) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
