package client_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// Dial, send a message with an id, and wait until the node says that it has its place.
func Example() {
	ctx := context.Background()
	hub, err := chat.NewHub(chat.Options{Node: "n1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(hub)
	defer server.Close()
	defer hub.Drain(ctx, time.Second)

	c, err := client.Dial(ctx, server.URL, client.DialOptions{Name: "alice", Room: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Printf("%s is in room %s of node %s\n", c.Welcome().Name, c.Welcome().Room, c.Welcome().Node)

	id := int64(7)
	if err := c.Send(ctx, frame.Frame{Event: frame.EventMessage, Data: []byte(`"hi"`), ID: &id}); err != nil {
		fmt.Println(err)
		return
	}
	for {
		m, err := c.Receive(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		if m.ID == nil {
			continue // it is about presence
		}
		fmt.Println(m.Event, *m.ID)
		if m.Event == frame.EventPlaced {
			return
		}
	}
	// Output:
	// alice is in room go of node n1
	// $ack 7
	// $placed 7
}
