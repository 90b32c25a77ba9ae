package order_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	order "example.com/redis-chat/05-distributed-relay/exercises/one-order"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// patience ends a hang. It says nothing about time.
const patience = 20 * time.Second

// ear is a client, who notes what there was to hear.
type ear struct {
	mu    sync.Mutex
	heard []string
}

func (e *ear) hear(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, text)
}

func (e *ear) saw() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// listen hands to a node what its replica brings, until the test ends. The channel tells each payload that the node was
// done with.
func listen(t *testing.T, n *order.Node, replica *redis.Client, channel string) (delivered chan string) {
	subscription := replica.Subscribe(t.Context(), channel)
	_, err := subscription.Receive(t.Context())
	require.NoError(t, err)
	delivered = make(chan string, 10)
	ended := make(chan struct{})
	t.Cleanup(func() { subscription.Close(); <-ended })
	go func() {
		defer close(ended)
		for m := range subscription.Channel() {
			if err := n.Deliver([]byte(m.Payload)); err != nil {
				t.Errorf("Deliver says about a payload that Say has made, %s: %v", m.Payload, err)
			}
			delivered <- m.Payload
		}
	}()
	return delivered
}

// event waits for something, and ends the test with a sentence when it never comes.
func event[T any](t *testing.T, c <-chan T, otherwise string) (got T) {
	t.Helper()
	select {
	case got = <-c:
	case <-time.After(patience):
		t.Fatal(otherwise)
	}
	return got
}

// Two people say something at the same time. The master happens to get "A" first. Both calls of Publish return only when
// both nodes have got both from their replicas: an answer of the master can be that late.
func TestAllSeeOneOrder(t *testing.T) {
	channel := redistest.Prefix(t)
	clients := topologytest.Clients(t, topologytest.Start(t, 2))
	type said struct {
		node    int
		payload []byte
	}
	publishing := make(chan said, 2)
	answered := make(chan struct{})
	nodes := make([]*order.Node, 2)
	delivered := make([]chan string, 2)
	ears := []*ear{{}, {}}
	for i, name := range []string{"A", "B"} {
		nodes[i] = &order.Node{Name: name, Publish: func(ctx context.Context, payload []byte) error {
			publishing <- said{i, payload}
			<-answered
			return nil
		}}
		delivered[i] = listen(t, nodes[i], clients[i+1], channel)
		nodes[i].Join("sender at "+name, func(string) {})
		nodes[i].Join("client at "+name, ears[i].hear)
	}
	var saying sync.WaitGroup
	done := make(chan struct{})
	for _, n := range nodes {
		saying.Go(func() {
			if err := n.Say(t.Context(), "sender at "+n.Name, n.Name); err != nil {
				t.Errorf("Say at node %s: %v", n.Name, err)
			}
		})
	}
	go func() { saying.Wait(); close(done) }()
	answer := sync.OnceFunc(func() { close(answered) })
	defer func() { answer(); event(t, done, "Say does not return, though Publish has") }()

	payloads := make([][]byte, 2)
	for range nodes {
		s := event(t, publishing, "two people say something, and Say does not call Publish")
		payloads[s.node] = s.payload
	}
	for _, payload := range payloads {
		require.NoError(t, clients[0].Publish(t.Context(), channel, payload).Err())
	}
	for i, n := range nodes {
		for range payloads {
			event(t, delivered[i], "node "+n.Name+" does not return from Deliver: does Say hold a lock while Publish waits for the master?")
		}
	}
	answer()
	event(t, done, "Say does not return, though Publish has")

	a, b := strings.Join(ears[0].saw(), " "), strings.Join(ears[1].saw(), " ")
	if a != b || a != "A B" {
		t.Errorf("node A's clients saw [%s], node B's saw [%s]: want one order for all, the master's: [A B]", a, b)
	}
}

// What was not published, nobody has heard: else the sender says it again, and some hear it twice.
func TestNobodyHearsWhatWasNotPublished(t *testing.T) {
	away := errors.New("the master is away")
	n := &order.Node{Name: "A", Publish: func(context.Context, []byte) error { return away }}
	var carol ear
	n.Join("alice's", func(string) {})
	n.Join("carol's", carol.hear)
	if err := n.Say(t.Context(), "alice's", "hi"); !errors.Is(err, away) {
		t.Errorf("the master is away, and Say says %v, want the error of Publish", err)
	}
	if saw := carol.saw(); len(saw) != 0 {
		t.Errorf("Say has told alice that %q was not published, and carol has heard it all the same", saw[0])
	}
}
