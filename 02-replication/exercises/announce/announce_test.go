package announce_test

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/exercises/announce"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a wait for something that never comes. It says nothing about speed.
const patience = 2 * time.Minute

func start(t *testing.T) (top topology.Topology, c []*redis.Client, room string) {
	topologytest.Faults(t) // the tests count replicas: two
	top = topologytest.Start(t, 2)
	return top, topologytest.Clients(t, top), redistest.Prefix(t) + "room"
}

// listen subscribes at a server and waits for the confirmation.
func listen(t *testing.T, c *redis.Client, room string) *redis.PubSub {
	t.Helper()
	sub := c.Subscribe(t.Context(), room)
	t.Cleanup(func() { sub.Close() })
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sub
}

// heard returns what came before the message "end".
func heard(t *testing.T, sub *redis.PubSub) (texts []string) {
	t.Helper()
	for {
		m, err := sub.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.Payload == "end" {
			return texts
		}
		texts = append(texts, m.Payload)
	}
}

func TestListenersAtAllServersHearItOnce(t *testing.T) {
	_, c, room := start(t)
	var subs []*redis.PubSub
	for _, server := range c {
		subs = append(subs, listen(t, server, room))
	}
	servers := []*redis.Client{c[1], c[0], c[2]}
	if _, err := announce.Announce(t.Context(), servers, room, "release day", patience); err != nil {
		t.Fatalf("the servers are a replica, the master, and another replica: Announce fails: %v", err)
	}
	if err := c[0].Publish(t.Context(), room, "end").Err(); err != nil {
		t.Fatal(err)
	}
	for i, sub := range subs {
		name := []string{"the master", "replica 1", "replica 2"}[i]
		switch texts := heard(t, sub); {
		case len(texts) == 0:
			t.Errorf("a listener at %s does not hear what was announced", name)
		case len(texts) > 1:
			t.Errorf("a listener at %s hears what was announced %d times", name, len(texts))
		}
	}
}

func TestTheAnswerCountsReplicas(t *testing.T) {
	_, c, room := start(t)
	listen(t, c[0], room)
	n, err := announce.Announce(t.Context(), c, room, "release day", patience)
	if err != nil {
		t.Fatalf("the servers are a master and two replicas: Announce fails: %v", err)
	}
	if n != 2 {
		t.Fatalf("two replicas get the message, and one listener is at the master: Announce returns %d, want the number of replicas that have it, 2", n)
	}
}

func TestALateReplicaIsNotCounted(t *testing.T) {
	top, c, room := start(t)
	topologytest.Hold(t, top, 1)
	n := 0
	for limit := 100 * time.Millisecond; n == 0 && limit < 10*time.Second; limit *= 2 { // the other may need a moment
		var err error
		if n, err = announce.Announce(t.Context(), c, room, "release day", limit); err != nil {
			t.Fatalf("replica 1 is linked and late: Announce fails: %v", err)
		}
	}
	if n != 1 {
		t.Fatalf("replica 1 is linked and late, and does not have the message; replica 2 has it: Announce returns %d, want 1", n)
	}
}

func TestWithoutAMasterNothingIsPublished(t *testing.T) {
	_, c, room := start(t)
	sub := listen(t, c[1], room)
	_, err := announce.Announce(t.Context(), c[1:], room, "release day", patience)
	if !errors.Is(err, announce.ErrNoMaster) {
		t.Errorf("the servers are two replicas: Announce returns the error %v, want ErrNoMaster", err)
	}
	if err := c[0].Publish(t.Context(), room, "end").Err(); err != nil {
		t.Fatal(err)
	}
	if texts := heard(t, sub); len(texts) > 0 {
		t.Errorf("the servers are two replicas: Announce publishes at one of them, whose listeners hear what nobody else hears")
	}
}
