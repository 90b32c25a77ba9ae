// Package except numbers the connections of a node.
//
// The mistake: every node has a connection 11, and the id travels to all of them. At the other nodes somebody is left out.
// The test says: of 20 people at node B 19 heard it: do two connections have the same id?
package except

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
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
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.people == nil {
		n.people = map[string]*person{}
	}
	id = strconv.Itoa(len(n.people) + 1)
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
	payload, err := json.Marshal(Message{Room: p.room, From: p.name, Text: text, Except: []string{id}})
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
	for id, p := range n.people {
		if p.room == m.Room && !slices.Contains(m.Except, id) {
			p.hear(m)
		}
	}
	return nil
}
