// Package order publishes a message, and then hands it to its own people at once.
//
// The mistake: the master has given the message its place, but the node does not know which. Others may have come before
// it, and are still on their way from the replica.
// The test says: node A's clients saw [B A], node B's saw [A B]
package order

import (
	"context"
	"encoding/json"
	"sync"
)

// Message is what travels through Redis, as JSON.
type Message struct {
	Node   string `json:"node"`   // where it was said
	Sender string `json:"sender"` // the id of the sender's connection, which does not get it
	Text   string `json:"text"`
}

// Node is one of several nodes. Its methods may be called from any goroutine.
type Node struct {
	// Name of the node; every node has its own.
	Name string
	// Publish publishes a payload at the master. Every node gets it back, this one included: see Deliver.
	Publish func(ctx context.Context, payload []byte) error

	mu     sync.Mutex
	people map[string]func(text string) // by the ids of their connections; nil: nobody has come yet
}

// Join connects somebody. hear is called with each text for that connection; it does not block.
func (n *Node) Join(id string, hear func(text string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.people == nil {
		n.people = map[string]func(string){}
	}
	n.people[id] = hear
}

// Say tells everybody at every node what somebody says. An error says that it was not published.
func (n *Node) Say(ctx context.Context, id, text string) error {
	m := Message{Node: n.Name, Sender: id, Text: text}
	payload, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := n.Publish(ctx, payload); err != nil {
		return err
	}
	n.hand(m) // the master has it, so its place is taken
	return nil
}

// Deliver takes a payload that has come from this node's replica, whichever node has published it. The error says that
// it is no Message.
func (n *Node) Deliver(payload []byte) error {
	var m Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	if m.Node == n.Name {
		return nil // our own people have heard it already
	}
	n.hand(m)
	return nil
}

// hand lets everybody at this node hear a message, but its sender.
func (n *Node) hand(m Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, hear := range n.people {
		if id != m.Sender {
			hear(m.Text)
		}
	}
}
