// Package drain refuses only when the clients are closed.
//
// The mistake: what is said meanwhile is taken in. In a busy room the queue is never empty, and the node never ends; and
// what is said behind the last look at the queue is lost, though nobody was told.
// The test says: Drain was called, and then Say takes something in (it says <nil>): want ErrDraining
package drain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// ErrDraining is what Say returns when the node goes away: the client says it at another node.
var ErrDraining = errors.New("not sent: this node is going away")

// Client is a client's connection. Neither function blocks.
type Client struct {
	Hear  func(text string)
	Close func(reason string) // nothing is heard after it
}

// Message is what travels through Redis, as JSON.
type Message struct {
	Node string `json:"node"` // where it was said
	Seq  int    `json:"seq"`  // its number among those of that node, counted from 1
	Text string `json:"text"`
}

// Node queues what its clients say, publishes it, and lets them hear what comes back. Its methods may be called from any
// goroutine.
type Node struct {
	// Name of the node; every node has its own.
	Name string
	// Publish publishes a payload at the master, and returns when that has taken it.
	Publish func(ctx context.Context, payload []byte) error

	mu       sync.Mutex
	changed  chan struct{} // is closed when something below changes; nil: nobody waits for that
	waiting  []string      // what was said; the first one stays here until the master has taken it
	sent     int           // the number of the last message that the master has taken
	back     int           // the number of the last message of this node that has come back
	clients  []Client
	draining bool // nothing is taken in any more
}

// Join connects a client.
func (n *Node) Join(c Client) {
	n.change(func() { n.clients = append(n.clients, c) })
}

// Say takes in what a client says, to publish it. The error is ErrDraining from the moment on when Drain is called.
func (n *Node) Say(text string) (err error) {
	n.change(func() {
		if n.draining {
			err = ErrDraining
			return
		}
		n.waiting = append(n.waiting, text)
	})
	return err
}

// Run publishes what waits, until ctx ends or Publish fails.
func (n *Node) Run(ctx context.Context) error {
	for {
		var m Message
		if err := n.await(ctx, func() bool {
			if len(n.waiting) == 0 {
				return false
			}
			m = Message{Node: n.Name, Seq: n.sent + 1, Text: n.waiting[0]}
			return true
		}); err != nil {
			return err
		}
		payload, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if err := n.Publish(ctx, payload); err != nil {
			return err
		}
		n.change(func() { n.waiting, n.sent = n.waiting[1:], m.Seq })
	}
}

// Deliver takes a payload that has come from this node's replica, whichever node has published it. The error says that it
// is no Message.
func (n *Node) Deliver(payload []byte) error {
	var m Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	n.change(func() {
		for _, c := range n.clients {
			c.Hear(m.Text)
		}
		if m.Node == n.Name {
			n.back = m.Seq
		}
	})
	return nil
}

// Drain ends the node, while Run and Deliver go on: nothing more is taken in, what was taken in is published, what was
// published comes back and is heard, and then each client is closed, with the reason "going away".
//
// When ctx ends before, the clients are closed at once. The error then tells how many messages have not come back, and why.
func (n *Node) Drain(ctx context.Context) error {
	err := n.await(ctx, func() bool { return len(n.waiting) == 0 && n.back == n.sent })
	left := 0
	n.change(func() {
		left = len(n.waiting) + n.sent - n.back
		for _, c := range n.clients {
			c.Close("going away")
		}
		n.draining = true
		n.clients = nil // or Deliver would speak to the closed
	})
	if err != nil {
		return fmt.Errorf("%d messages have not come back: %w", left, err)
	}
	return nil
}

// change changes something of the node, with the lock held, and wakes those who await it.
func (n *Node) change(do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do()
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
}

// await returns when done does; done is called with the lock held, and again after each change. The error is that of
// ctx, when it ends before.
func (n *Node) await(ctx context.Context, done func() bool) error {
	for {
		n.mu.Lock()
		if done() {
			n.mu.Unlock()
			return nil
		}
		if n.changed == nil {
			n.changed = make(chan struct{})
		}
		changed := n.changed
		n.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
