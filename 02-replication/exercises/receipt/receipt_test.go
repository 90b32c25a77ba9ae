package receipt_test

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/exercises/receipt"
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

// publish gives the learner's Publish ever more time, until it counts one replica at least: a busy machine needs some.
func publish(t *testing.T, server *redis.Client, room string) (n int) {
	t.Helper()
	for limit := 100 * time.Millisecond; n == 0 && limit < patience; limit *= 2 {
		began := time.Now()
		var err error
		if n, err = receipt.Publish(t.Context(), server, room, "release day", limit); err != nil {
			t.Fatalf("the server is a master with two replicas: Publish fails: %v", err)
		}
		if n == 0 && time.Since(began) < limit {
			return 0 // it has not used its time: more of it changes nothing
		}
	}
	return n
}

func TestALateReplicaIsNotCounted(t *testing.T) {
	top, c, room := start(t)
	server, wires := shared(t, c[0])
	release := topologytest.Hold(t, top, 1)
	n := publish(t, server, room)
	published, waited := wires.Over("publish"), wires.Over("wait")
	if len(published) > 0 && len(waited) > 0 && published[0] != waited[0] {
		t.Fatalf("Publish sends PUBLISH over one connection of the client, and WAIT over another (%d and %d), as others use the client, too: WAIT speaks of its own "+
			"connection, which has published nothing; Publish returns %d", published[0], waited[0], n)
	}
	if n != 1 {
		t.Fatalf("replica 2 has the message. Replica 1 is linked, and does not have it: Publish returns %d, want 1", n)
	}
	release()
	n, err := receipt.Publish(t.Context(), server, room, "release day", patience)
	if err != nil || n != 2 {
		t.Fatalf("replica 1 goes on, and there is time enough: Publish returns %d (error: %v), want 2", n, err)
	}
}

// shared is a client of the same server that others use, too: each command goes over the connection that was unused for longest.
func shared(t *testing.T, c *redis.Client) (*redis.Client, *topologytest.Wires) {
	t.Helper()
	wires := topologytest.NewWires("publish", "wait")
	client := redis.NewClient(&redis.Options{
		Addr: c.Options().Addr, Dialer: wires.Dial, PoolFIFO: true, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
	})
	t.Cleanup(func() { client.Close() })
	for _, conn := range []*redis.Conn{client.Conn(), client.Conn()} {
		if err := conn.Ping(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	return client, wires
}

func TestListenersAreNoReplicas(t *testing.T) {
	top, c, room := start(t)
	topologytest.Hold(t, top, 2)
	for range 3 {
		listen(t, c[0], room)
	}
	if n := publish(t, c[0], room); n != 1 {
		t.Fatalf("three people listen at the master, replica 1 has the message, and replica 2 does not: Publish returns %d, want 1", n)
	}
}

func TestAReplicaIsRefused(t *testing.T) {
	_, c, room := start(t)
	sub := listen(t, c[1], room)
	_, err := receipt.Publish(t.Context(), c[1], room, "release day", 100*time.Millisecond)
	if !errors.Is(err, replication.ErrReplica) {
		t.Errorf("the server is a replica, and everybody elsewhere misses the message: Publish returns the error %v, want replication.ErrReplica", err)
	}
	if err := c[0].Publish(t.Context(), room, "end").Err(); err != nil {
		t.Fatal(err)
	}
	if m, err := sub.ReceiveMessage(t.Context()); err != nil || m.Payload != "end" {
		t.Errorf("the server is a replica: its listeners hear the message, and nobody else does; Publish must ask before it publishes")
	}
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
