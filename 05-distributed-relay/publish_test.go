package relay_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestMessageWhoseAnswerWasLostIsNotSentAgain(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	proxy := startProxy(t, server)
	n := startNode(t, relay.Options{PubAddr: proxy.addr, SubAddr: server, Prefix: redistest.Prefix(t)})
	n.awaitReady(t)
	alice, bob := dial(t, n.url, "alice", "lobby"), dial(t, n.url, "bob", "lobby")
	unlucky := "unlucky"
	proxy.lose.Store(&unlucky)
	alice.say(unlucky)
	require.JSONEq(t, `"unlucky"`, string(bob.until("message").Data), "Redis has taken it")

	// A connection later all is well again, and nothing was made up for.
	require.Eventually(t, func() bool {
		alice.say("lucky")
		for _, m := range proxy.seen() {
			if m.conn != proxy.seen()[0].conn {
				return true
			}
		}
		return false
	}, patience, 20*time.Millisecond)
	require.JSONEq(t, `"lucky"`, string(bob.until("message").Data))
	times := 0
	for _, m := range proxy.seen() {
		if e, err := wire.DecodeEnvelope(m.payload); err == nil && fmt.Sprintf("%s", e.Args[0]) == `"unlucky"` {
			times++
		}
	}
	require.Equal(t, 1, times)
}

func TestWhatHasComeBackFromAReplicaWasAccepted(t *testing.T) {
	servers := topologytest.Start(t, 1).Addrs()
	proxy := startProxy(t, servers[0])
	n := startNode(t, relay.Options{PubAddr: proxy.addr, SubAddr: servers[1], Prefix: redistest.Prefix(t)})
	n.awaitReady(t)
	n.awaitAround(t)
	alice := dial(t, n.url, "alice", "lobby")
	proxy.holdAnswers()
	id := int64(1)
	alice.send(frame.Frame{Event: "message", ID: &id})
	require.Equal(t, "$ack", alice.next().Event, "though the master has not said so")
	require.Equal(t, "$placed", alice.next().Event)
	proxy.letAnswersPass()
}

// A server that is no master any more still delivers to its own subscribers.
func TestWhatHasComeBackFromTheServerItselfWasNot(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	proxy := startProxy(t, server)
	prefix := redistest.Prefix(t)
	n := startNode(t, relay.Options{PubAddr: proxy.addr, SubAddr: server, Prefix: prefix})
	n.awaitReady(t)
	alice, bob := dial(t, n.url, "alice", "lobby"), dial(t, n.url, "bob", "lobby")
	proxy.holdAnswers()
	id := int64(1)
	alice.send(frame.Frame{Event: "message", Data: []byte(`"mine"`), ID: &id})
	bob.hears("mine")
	redisClient := redis.NewClient(&redis.Options{Addr: server})
	defer redisClient.Close()
	mark := func(name string) {
		e := wire.Envelope{UID: "other1", Event: name, Rooms: []string{"lobby"}}
		payload, err := e.Append(nil)
		require.NoError(t, err)
		require.NoError(t, redisClient.Publish(t.Context(), prefix+e.Channel("socket.io"), payload).Err())
	}
	mark("later")
	require.Equal(t, "later", alice.next().Event, "mine has come back, and nothing was said of it")
	proxy.letAnswersPass()
	require.Equal(t, "$ack", alice.next().Event, "now the master has said so")
	mark("last")
	require.Equal(t, "last", alice.next().Event, "its place in the order has passed")
}

func TestWhatIsQueuedIsOnePipelineOnOneConnection(t *testing.T) {
	const queued, senders, each = 100, 4, 50
	proxy := startProxy(t, redistest.Start(t).Options().Addr)
	elsewhere, err := launch.StartEmbedded(launch.EmbeddedOptions{}) // nothing comes back from there
	require.NoError(t, err)
	defer elsewhere.Close()
	r := relay.New(calm(relay.Options{PubAddr: proxy.addr, SubAddr: elsewhere.Addr(), Prefix: redistest.Prefix(t)}))
	hub, err := chat.NewHub(chat.Options{Relay: r})
	require.NoError(t, err)
	say := func(name string) {
		require.NoError(t, r.Publish(chat.Event{Name: name, Rooms: []string{"lobby"}, Sent: new(chat.Sent)}))
	}
	for i := range queued {
		say(fmt.Sprint(i))
	}
	proxy.holdAnswers()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, r.Run(ctx, hub)) })
	defer wg.Wait()
	defer cancel()
	defer proxy.letAnswersPass()
	// A publisher that waited for an answer between two of them would never come to the second.
	require.Eventually(t, func() bool { return len(proxy.seen()) == queued }, patience, time.Millisecond)
	proxy.letAnswersPass()

	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for range each {
				say("later")
			}
		})
	}
	sending.Wait()
	require.Eventually(t, func() bool { return len(proxy.seen()) == queued+senders*each }, patience, time.Millisecond)
	seen := proxy.seen()
	for i, m := range seen {
		require.Equal(t, seen[0].conn, m.conn, "two connections could swap two messages")
		e, err := wire.DecodeEnvelope(m.payload)
		require.NoError(t, err)
		require.Equal(t, uint64(i+1), e.Seq, "numbered in the order in which they are sent")
		if i < queued {
			require.Equal(t, fmt.Sprint(i), e.Event)
		}
	}
}
