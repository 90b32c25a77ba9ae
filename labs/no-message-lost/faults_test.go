package streams_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// Whatever breaks: each message that was acknowledged reaches each client that comes back, once, and all in one order.

func TestNothingIsLostWhileAReplicaIsKilled(t *testing.T) {
	topologytest.Faults(t)
	c := startCluster(t, topologytest.Start(t, 2), attentive, streams.Options{})
	c.underFault(func(ctx context.Context) {
		require.NoError(t, c.top.Kill(2))
		c.nodes[1].awaitNotReady(t)
		require.NoError(t, c.top.Restart(ctx, 2))
	})
}

func TestNothingIsLostWhileAReplicaIsFrozen(t *testing.T) {
	c := startCluster(t, topologytest.Server(t, 2), attentive, streams.Options{})
	c.underFault(func(context.Context) {
		require.NoError(t, c.top.Freeze(2))
		c.nodes[1].awaitNotReady(t)
		require.NoError(t, c.top.Thaw(2))
	})
}

func TestNothingIsLostWhileAReplicaIsCutOff(t *testing.T) {
	topologytest.Faults(t)
	c := startCluster(t, topologytest.Start(t, 2), attentive, streams.Options{})
	c.underFault(func(ctx context.Context) {
		require.NoError(t, c.top.Cut(2))
		c.nodes[1].awaitNotReady(t)
		require.NoError(t, c.top.Mend(ctx, 2))
	})
}

func TestNothingIsLostWhileTheMasterIsKilled(t *testing.T) {
	c := startCluster(t, topologytest.Saved(t, 2), attentive, streams.Options{})
	c.underFault(func(ctx context.Context) {
		require.NoError(t, c.top.Kill(0))
		c.nodes[0].awaitNotReady(t)
		require.NoError(t, c.top.Restart(ctx, 0))
	})
}

func TestNothingIsLostWhileTheMasterIsFrozen(t *testing.T) {
	c := startCluster(t, topologytest.Server(t, 2), attentive, streams.Options{})
	c.underFault(func(context.Context) {
		require.NoError(t, c.top.Freeze(0))
		c.nodes[0].awaitNotReady(t)
		require.NoError(t, c.top.Thaw(0))
	})
}

func TestNothingIsLostWhileANodeIsRestarted(t *testing.T) {
	c := startCluster(t, topologytest.Start(t, 2), attentive, streams.Options{})
	c.underFault(func(ctx context.Context) {
		c.nodes[1].stop()
		o := attentive
		o.Node, o.PubAddr, o.SubAddr, o.Prefix = "node-2", c.top.Addrs()[0], c.top.Addrs()[2], c.prefix
		again := startNode(t, o, streams.Options{})
		again.awaitReady(t)
		c.mu.Lock()
		c.nodes[1] = again
		c.mu.Unlock()
	})
}

func (n *node) awaitNotReady(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { _, ready := n.relay.Ready(); return !ready }, patience, tick, "node is ready")
}

// underFault lets two clients talk and three wander from node to node, breaks something, and
// counts when all is well again.
func (c *cluster) underFault(fault func(context.Context)) {
	testing, end := context.WithCancel(c.t.Context())
	talking, quiet := context.WithCancel(testing)
	var senders, wanderers sync.WaitGroup
	defer wanderers.Wait()
	defer senders.Wait()
	defer end() // a test that has failed ends them all
	heard := make([][]string, 3)
	var begun sync.WaitGroup
	begun.Add(len(heard))
	for i := range heard {
		wanderers.Go(func() { heard[i] = c.wander(testing, talking, fmt.Sprint("wanderer ", i), begun.Done) })
	}
	begun.Wait()
	accounts := make([]account, 2)
	for i := range accounts {
		senders.Go(func() { accounts[i] = c.talk(testing, talking, i) })
	}
	c.flow(100)
	fault(c.t.Context())
	for _, n := range c.nodes {
		n.awaitReady(c.t)
	}
	c.flow(100)
	quiet()
	senders.Wait()
	c.dial(0, "fence").say("end")
	wanderers.Wait()
	accepted := map[string]bool{"end": true}
	for _, a := range accounts {
		for _, text := range a.accepted {
			accepted[text] = true
		}
	}
	c.t.Logf("%d heard, %d accepted, %d not known", len(heard[0])-1, len(accepted)-1, len(accounts[0].unknown)+len(accounts[1].unknown))
	for i, texts := range heard {
		require.Empty(c.t, repeated(texts))
		if c.watched != nil { // what a master has taken with it, some have heard; it was acknowledged to nobody
			heard[i] = slices.DeleteFunc(texts, func(text string) bool { return !accepted[text] })
		}
		require.Equal(c.t, heard[0], heard[i], "wanderer %d has another order, or not the same", i)
	}
	for text := range accepted {
		require.Contains(c.t, heard[0], text, "accepted, and lost")
	}
}

func repeated(texts []string) (twice []string) {
	sorted := slices.Sorted(slices.Values(texts))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			twice = append(twice, sorted[i])
		}
	}
	return twice
}

// flow returns when so many messages more have come to a client of the first node.
func (c *cluster) flow(messages int) {
	p := c.dial(0, "observer")
	for range messages {
		p.until("message")
	}
	_ = p.Close()
}

// account is what became of one sender's messages.
type account struct{ accepted, unknown []string }

// talk sends messages until ctx ends, and then waits for what became of them.
func (c *cluster) talk(testing, ctx context.Context, i int) (a account) {
	var p *person
	sent, answered := 0, 0
	texts := map[int64]string{}
	for (ctx.Err() == nil || answered < sent) && testing.Err() == nil {
		if p == nil {
			if p = c.tryDial(testing, i, "somebody", new(chatclient.Last)); p == nil {
				i++
				continue
			}
		}
		for ; ctx.Err() == nil && sent-answered < 8; sent++ { // some at once, and no more than the test can read
			id := int64(sent)
			texts[id] = fmt.Sprint("sender ", i, " says ", sent)
			if p.Send(c.t.Context(), frame.Frame{Event: "message", Data: quoted(texts[id]), ID: &id}) != nil {
				sent++
				break
			}
		}
		m, err := p.Receive(testing)
		switch {
		case err != nil: // the node is gone, and with it the answers
			for id, text := range texts {
				a.unknown = append(a.unknown, text)
				delete(texts, id)
				answered++
			}
			p = nil
		case m.Event == "$ack":
			a.accepted = append(a.accepted, texts[*m.ID])
			delete(texts, *m.ID)
			answered++
		case m.Event == "$error":
			a.unknown = append(a.unknown, texts[*m.ID])
			delete(texts, *m.ID)
			answered++
		}
	}
	if p != nil {
		_ = p.Close()
	}
	return a
}

// tryDial connects to the node of that number; nil: it lets nobody in.
func (c *cluster) tryDial(ctx context.Context, at int, name string, last *chatclient.Last) *person {
	c.mu.Lock()
	url := c.nodes[at%len(c.nodes)].url
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := chatclient.Dial(ctx, url, chatclient.DialOptions{Name: name, Last: *last})
	if err != nil {
		return nil
	}
	last.Begin(conn.Welcome())
	return &person{Client: conn, t: c.t, last: last}
}

// wander goes from node to node, staying for some messages, or for a moment, until ctx ends. Then it stays
// where it is, until it hears "end".
func (c *cluster) wander(testing, ctx context.Context, name string, begun func()) (heard []string) {
	last := new(chatclient.Last)
	begin := sync.OnceFunc(begun)
	defer begin()
	for testing.Err() == nil {
		p := c.tryDial(testing, rand.N(2), name, last)
		if p == nil {
			continue
		}
		begin()
		stay, cancel := context.WithTimeout(ctx, rand.N(500*time.Millisecond))
		most := 1 + rand.N(40)
		if ctx.Err() != nil {
			stay, cancel = context.WithTimeout(testing, patience)
			most = math.MaxInt
		}
		for range most {
			m, err := p.Receive(stay)
			if err != nil {
				break
			}
			last.Note(m)
			if m.Event != "message" {
				continue
			}
			var text string
			_ = json.Unmarshal(m.Data, &text)
			if heard = append(heard, text); text == "end" {
				cancel()
				_ = p.Close()
				return heard
			}
		}
		cancel()
		_ = p.Close()
	}
	return heard
}
