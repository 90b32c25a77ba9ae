// Package except is a small node: people are connected to it, and what one of them says goes through Redis to all who
// are in the same room, at every node. Whoever says something does not hear it.
package except

import (
	"context"
	"errors"
	"sync"
)

// Message is what travels through Redis, as JSON.
type Message struct {
	Room   string   `json:"room"`
	From   string   `json:"from"` // the sender's name, for people to read
	Text   string   `json:"text"`
	Except []string `json:"except,omitempty"` // who does not get it
}

// Node is one of several nodes. Its methods may be called from any goroutine.
type Node struct {
	// Publish publishes a payload at the master. Every node gets it back, this one included: see Deliver.
	Publish func(ctx context.Context, payload []byte) error

	mu     sync.Mutex
	people map[string]*person // by the ids of their connections; nil: nobody has come yet
}

// person is one connection. The same name may be there several times, at this node and at others.
type person struct {
	name, room string
	hear       func(Message)
}

// ErrNobody is what Say returns for an id that no connection has.
var ErrNobody = errors.New("nobody is connected by that id")

// Join lets somebody into a room, by a connection of its own. It returns the id by which Say knows that connection.
// hear is called with each message for it; it does not block.
func (n *Node) Join(name, room string, hear func(Message)) (id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.people == nil {
		n.people = map[string]*person{}
	}
	id = name // is it one?
	n.people[id] = &person{name, room, hear}
	return id
}

// Say publishes what the person with that connection says in its room. The error is ErrNobody, or why it was not published.
func (n *Node) Say(ctx context.Context, id, text string) error {
	return errors.New("Say is not written yet")
}

// Deliver takes a payload that has come from this node's replica, whichever node has published it, and calls hear of
// everybody whom it is for. The error says that it is no Message.
func (n *Node) Deliver(payload []byte) error {
	return errors.New("Deliver is not written yet")
}
