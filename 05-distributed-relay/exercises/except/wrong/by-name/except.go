// Package except leaves out whoever has the sender's name.
//
// The mistake: a name is no connection. Somebody else may have the same one, and one person may have two tabs open.
// The test says: alice has two tabs open at node A, and the second heard [] of what the first said
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
	payload, err := json.Marshal(Message{Room: p.room, From: p.name, Text: text, Except: []string{p.name}})
	if err != nil {
		return err
	}
	return n.Publish(ctx, payload)
}

func (n *Node) Deliver(payload []byte) error {
	var m Message
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.people {
		if p.room == m.Room && !slices.Contains(m.Except, p.name) {
			p.hear(m)
		}
	}
	return nil
}
