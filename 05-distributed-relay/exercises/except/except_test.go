package except_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/05-distributed-relay/exercises/except"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// patience ends a hang. It says nothing about time.
const patience = 20 * time.Second

// cluster is a master with a replica for each of two nodes.
type cluster struct {
	t         *testing.T
	nodes     []*except.Node // 0: node A, 1: node B
	published atomic.Int64
	delivered []chan struct{} // by node: one for each payload that Deliver was done with
}

func startCluster(t *testing.T) *cluster {
	c := &cluster{t: t}
	channel := redistest.Prefix(t)
	clients := topologytest.Clients(t, topologytest.Start(t, 2))
	for _, replica := range clients[1:3] {
		n := &except.Node{Publish: func(ctx context.Context, payload []byte) error {
			c.published.Add(1)
			return clients[0].Publish(ctx, channel, payload).Err()
		}}
		c.nodes = append(c.nodes, n)
		c.delivered = append(c.delivered, c.listen(n, replica, channel))
	}
	return c
}

// listen hands to a node what its replica brings, until the test ends.
func (c *cluster) listen(n *except.Node, replica *redis.Client, channel string) (delivered chan struct{}) {
	subscription := replica.Subscribe(c.t.Context(), channel)
	_, err := subscription.Receive(c.t.Context())
	require.NoError(c.t, err)
	delivered = make(chan struct{}, 1000)
	ended := make(chan struct{})
	c.t.Cleanup(func() { subscription.Close(); <-ended })
	go func() {
		defer close(ended)
		for m := range subscription.Channel() {
			if err := n.Deliver([]byte(m.Payload)); err != nil {
				c.t.Errorf("Deliver says about a payload that Say has made, %s: %v", m.Payload, err)
			}
			delivered <- struct{}{}
		}
	}()
	return delivered
}

// person is somebody who notes what there was to hear.
type person struct {
	c    *cluster
	node *except.Node
	id   string

	mu    sync.Mutex
	heard []string
}

func (c *cluster) enter(node int, name, room string) *person {
	p := &person{c: c, node: c.nodes[node]}
	p.id = p.node.Join(name, room, func(m except.Message) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.heard = append(p.heard, m.From+": "+m.Text)
	})
	return p
}

// says returns when both nodes have delivered it.
func (p *person) says(text string) {
	p.c.t.Helper()
	before := p.c.published.Load()
	said := make(chan error, 1)
	go func() { said <- p.node.Say(p.c.t.Context(), p.id, text) }()
	select {
	case err := <-said:
		if err != nil {
			p.c.t.Fatalf("somebody says %q: %v", text, err)
		}
	case <-time.After(patience):
		p.c.t.Fatal("Say does not return: does it wait for a lock that it holds itself?")
	}
	if n := p.c.published.Load() - before; n != 1 {
		p.c.t.Fatalf("somebody has said %q once, and Say has called Publish %d times", text, n)
	}
	for _, delivered := range p.c.delivered {
		select {
		case <-delivered:
		case <-time.After(patience):
			p.c.t.Fatal("Deliver does not return: does it wait for a lock that it holds itself?")
		}
	}
}

// hears says whether all that there was to hear was this.
func (p *person) hears(want ...string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Equal(p.heard, want)
}

func (p *person) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return "[" + strings.Join(p.heard, ", ") + "]"
}

func TestSenderDoesNotHearItself(t *testing.T) {
	c := startCluster(t)
	alice, carol, bob := c.enter(0, "alice", "go"), c.enter(0, "carol", "go"), c.enter(1, "bob", "go")
	dave := c.enter(1, "dave", "rust")
	alice.says("hi")
	if !alice.hears() {
		t.Errorf("alice has said hi, and her own connection heard %v, want nothing", alice)
	}
	if !carol.hears("alice: hi") {
		t.Errorf("alice has said hi, and carol, at the same node, heard %v, want [alice: hi]", carol)
	}
	if !bob.hears("alice: hi") {
		t.Errorf("alice has said hi, and bob, at the other node, heard %v, want [alice: hi]", bob)
	}
	if !dave.hears() {
		t.Errorf("alice has said hi in the room go, and dave, in the room rust, heard %v, want nothing", dave)
	}
}

func TestOthersOfTheSameNameHearIt(t *testing.T) {
	c := startCluster(t)
	alice, tab, namesake := c.enter(0, "alice", "go"), c.enter(0, "alice", "go"), c.enter(1, "alice", "go")
	alice.says("hi")
	if !tab.hears("alice: hi") {
		t.Errorf("alice has two tabs open at node A, and the second heard %v of what the first said, want [alice: hi]", tab)
	}
	if !namesake.hears("alice: hi") {
		t.Errorf("two people are called alice, and the one at node B heard %v of what the one at node A said, want [alice: hi]", namesake)
	}
}

func TestNobodyElseIsLeftOut(t *testing.T) {
	c := startCluster(t)
	const each = 20
	var atA, atB []*person
	for i := range each {
		atA = append(atA, c.enter(0, fmt.Sprint("a", i), "go"))
		atB = append(atB, c.enter(1, fmt.Sprint("b", i), "go"))
	}
	atA[each/2].says("hi")
	heard := 0
	for _, p := range atB {
		if !p.hears() {
			heard++
		}
	}
	if heard != each {
		t.Errorf("somebody at node A has said hi, and of %d people at node B %d heard it: do two connections have the same id?", each, heard)
	}
}
