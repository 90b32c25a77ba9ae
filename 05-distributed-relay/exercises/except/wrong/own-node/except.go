// Package except leaves out everybody at the sender's node.
//
// The mistake: only the sender knows already what was said. Nothing is delivered but what comes back, so the others at that
// node hear it by Deliver, or never.
// The test says: alice has said hi, and carol, at the same node, heard [], want [alice: hi]
package except

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"sync"
)

type Message struct {
	Room   string   `json:"room"`
	From   string   `json:"from"`
	Text   string   `json:"text"`
	Except []string `json:"except,omitempty"`
}

type Node struct {
	Publish func(ctx context.Context, payload []byte) error

	mu     sync.Mutex
	people map[string]*person
}

type person struct {
	name, room string
	hear       func(Message)
}

func (n *Node) Join(name, room string, hear func(Message)) (id string) {
	id = rand.Text()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.people == nil {
		n.people = map[string]*person{}
	}
	n.people[id] = &person{name, room, hear}
	return id
}

func (n *Node) Say(ctx context.Context, id, text string) error {
	n.mu.Lock()
	p := n.people[id]
	n.mu.Unlock()
	if p == nil {
		return errors.New("nobody is connected by that id")
	}
	payload, err := json.Marshal(Message{Room: p.room, From: p.name, Text: text, Except: n.ids()})
	if err != nil {
		return err
	}
	return n.Publish(ctx, payload)
}

// ids are all that are connected to this node: they have heard it from the sender's node already, it seems.
func (n *Node) ids() (ids []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id := range n.people {
		ids = append(ids, id)
	}
	return ids
}

func (n *Node) Deliver(payload []byte) error {
	var m Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, p := range n.people {
		if p.room == m.Room && !slices.Contains(m.Except, id) {
			p.hear(m)
		}
	}
	return nil
}
