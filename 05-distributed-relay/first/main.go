// Command first is the small chat of chapter 04 (its folder first), on several nodes: each publishes what its clients say
// at the master, and tells them what it hears from its own replica. It works, and lacks_test.go tells what is wrong with
// it.
//
//	go run ./02-replication/cmd/topology
//	SUB_PORT=6380 go run ./05-distributed-relay/first
//	PORT=3001 SUB_PORT=6381 go run ./05-distributed-relay/first
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"
)

func main() {
	port := func(name, usual string) string { return "127.0.0.1:" + cmp.Or(os.Getenv(name), usual) }
	n := newNode(port("PUB_PORT", "6379"), port("SUB_PORT", "6379"))
	go n.deliver(context.Background())
	log.Printf("listening on %s", port("PORT", "3000"))
	log.Fatal(http.ListenAndServe(port("PORT", "3000"), n))
}

// frame is a text frame, in both directions.
type frame struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data,omitempty"`
	Room  string          `json:"room,omitempty"`
	From  string          `json:"from,omitempty"`
}

// message is what travels through Redis.
type message struct {
	Frame  frame
	Sender string // the id of the sender's connection, which is left out
}

const channel = "first:chat"

// node is one of several: its clients, and its ways to Redis.
type node struct {
	publish   *redis.Client // to the master
	subscribe *redis.Client // to the node's own replica
	mu        sync.Mutex
	clients   map[string]*client // by the ids of their connections
}

// client is one connection.
type client struct {
	ws             *websocket.Conn
	id, name, room string
}

func newNode(pubAddr, subAddr string) *node {
	return &node{
		publish:   redis.NewClient(&redis.Options{Addr: pubAddr}),
		subscribe: redis.NewClient(&redis.Options{Addr: subAddr}),
		clients:   map[string]*client{},
	}
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/readyz" {
		n.readyz(w, r)
		return
	}
	var upgrader websocket.Upgrader
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	query := r.URL.Query()
	c := &client{ws, rand.Text(), cmp.Or(query.Get("name"), "guest"), cmp.Or(query.Get("room"), "lobby")}
	n.join(c)
	defer n.leave(c)
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			return
		}
		var f frame
		if json.Unmarshal(text, &f) != nil {
			continue
		}
		f.Room, f.From = c.room, c.name
		payload, _ := json.Marshal(message{f, c.id})
		if err := n.publish.Publish(r.Context(), channel, payload).Err(); err != nil {
			log.Printf("publish: %v", err)
		}
	}
}

// readyz answers a balancer: Redis is there, so all is well.
func (n *node) readyz(w http.ResponseWriter, r *http.Request) {
	for _, redis := range []*redis.Client{n.publish, n.subscribe} {
		if err := redis.Ping(r.Context()).Err(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
}

// join greets the client, and lets it in.
func (n *node) join(c *client) {
	n.mu.Lock()
	defer n.mu.Unlock()
	welcome, _ := json.Marshal(map[string]string{"id": c.id, "name": c.name, "room": c.room, "node": "first"})
	_ = c.ws.WriteJSON(frame{Event: "$welcome", Data: welcome})
	n.clients[c.id] = c
}

func (n *node) leave(c *client) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.clients, c.id)
}

// deliver hands out what comes from the replica, until ctx ends: also what this node's own clients have said. So all
// clients, at all nodes, see one order.
func (n *node) deliver(ctx context.Context) {
	subscription := n.subscribe.Subscribe(ctx, channel)
	context.AfterFunc(ctx, func() { _ = subscription.Close() })
	for got := range subscription.Channel() {
		var m message
		if json.Unmarshal([]byte(got.Payload), &m) != nil {
			continue
		}
		n.mu.Lock()
		for _, c := range n.clients {
			if c.room == m.Frame.Room && c.id != m.Sender {
				_ = c.ws.WriteJSON(m.Frame)
			}
		}
		n.mu.Unlock()
	}
}
