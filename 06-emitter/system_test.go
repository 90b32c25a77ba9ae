package emitter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	emitter "example.com/redis-chat/06-emitter"
)

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

type nodeOptions = relay.Options

// chatNode is one node, in this process.
type chatNode struct {
	url   string
	relay *relay.Relay
	log   redistest.Buffer
	stop  func()
	ended chan struct{}
	err   error // of its Run, once ended is closed
}

func startChatNode(t *testing.T, master, replica string, change func(*nodeOptions)) *chatNode {
	t.Helper()
	n := &chatNode{ended: make(chan struct{})}
	// A slow machine must not look like a fault. The only fault that is made here, a
	// cut link, is noticed after three of these intervals.
	o := nodeOptions{PubAddr: master, SubAddr: replica, ProbeInterval: time.Second, PublishTimeout: patience, Log: slog.New(slog.NewTextHandler(&n.log, nil))}
	change(&o)
	n.relay = relay.New(o)
	hub, err := chat.NewHub(chat.Options{Node: replica, Relay: n.relay})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n.url = "http://" + l.Addr().String()
	server := &node.Server{Hub: hub, Ready: n.relay.Ready, Grace: time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Run(ctx, l) })
	running.Go(func() {
		defer close(n.ended)
		n.err = n.relay.Run(ctx, hub)
	})
	n.stop = func() { cancel(); running.Wait() }
	t.Cleanup(n.stop)
	return n
}

func (n *chatNode) awaitReady(ctx context.Context) error { return n.await(ctx, true) }

// await waits until the node is ready, or is not.
func (n *chatNode) await(ctx context.Context, want bool) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		reason, ready := n.relay.Ready()
		if ready == want {
			return nil
		}
		select {
		case <-n.ended:
			return n.err
		case <-ctx.Done():
			return fmt.Errorf("ready is %t: %s", ready, reason)
		case <-tick.C:
		}
	}
}

// talk makes one client at each node see and hear the other, and both hear an emitter
// whose event both replicas have taken. Then it calls more, and they talk again.
func talk(ctx context.Context, nodes []*chatNode, master *redis.Options, key string, then func() error) error {
	alice, err := client.Dial(ctx, nodes[0].url, client.DialOptions{Name: "alice"})
	if err != nil {
		return err
	}
	defer alice.Close()
	bob, err := client.Dial(ctx, nodes[1].url, client.DialOptions{Name: "bob"})
	if err != nil {
		return err
	}
	defer bob.Close()
	if err := errors.Join(sees(ctx, alice, 2), sees(ctx, bob, 2)); err != nil {
		return err
	}
	client := redis.NewClient(master)
	defer client.Close()
	e := emitter.New(client, emitter.Options{Timeout: patience, Key: key}).WaitFor(2)
	defer e.Close()
	for _, step := range []func() error{
		func() error { return says(ctx, alice, bob) },
		func() error { return says(ctx, bob, alice) },
		func() error { return emits(ctx, e, alice, bob) },
		then,
		func() error { return says(ctx, alice, bob) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// hears waits for an event.
func hears(ctx context.Context, who *client.Client, event string) (client.Message, error) {
	for {
		m, err := who.Receive(ctx)
		switch {
		case err != nil:
			return m, fmt.Errorf("waiting for %s: %w", event, err)
		case m.Event == "$error":
			return m, fmt.Errorf("waiting for %s: %s", event, m.Data)
		case m.Event == event:
			return m, nil
		}
	}
}

// sees waits until so many are present.
func sees(ctx context.Context, who *client.Client, count int) error {
	for {
		m, err := hears(ctx, who, "$presence")
		if err != nil {
			return err
		}
		var told struct{ Count int }
		if err := json.Unmarshal(m.Data, &told); err != nil || told.Count == count {
			return err
		}
	}
}

func says(ctx context.Context, from, to *client.Client) error {
	id := int64(1)
	if err := from.Send(ctx, frame.Frame{Event: "message", Data: []byte(`"hi"`), ID: &id}); err != nil {
		return err
	}
	if _, err := hears(ctx, from, "$placed"); err != nil {
		return err
	}
	_, err := hears(ctx, to, "message")
	return err
}

func emits(ctx context.Context, e *emitter.Emitter, to ...*client.Client) error {
	receipt, err := e.Emit(ctx, "news", "hi")
	if err != nil {
		return err
	}
	if receipt.Replicas != 2 {
		return errors.New(receipt.String())
	}
	for _, who := range to {
		if _, err := hears(ctx, who, "news"); err != nil {
			return err
		}
	}
	return nil
}
