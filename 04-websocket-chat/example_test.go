package chat_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// A hub is the handler of /ws. What a client sends reaches the others in its room; what the program itself delivers
// reaches the rooms that it names.
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

	people := map[string]*client.Client{}
	for _, name := range []string{"alice", "bob"} {
		if people[name], err = client.Dial(ctx, server.URL, client.DialOptions{Name: name, Room: "go"}); err != nil {
			fmt.Println(err)
			return
		}
		defer people[name].Close()
	}
	hears := func(name string) {
		for {
			m, err := people[name].Receive(ctx)
			if err != nil {
				fmt.Println(err)
				return
			}
			if m.Event == frame.EventMessage {
				fmt.Printf("%s hears %s from %q in %s\n", name, m.Data, m.From, m.Room)
				return
			}
		}
	}
	if err := people["alice"].Send(ctx, frame.Frame{Event: frame.EventMessage, Data: []byte(`"hi"`)}); err != nil {
		fmt.Println(err)
		return
	}
	hears("bob")
	hub.Deliver([]chat.Event{{Name: frame.EventMessage, Data: []byte(`"lunch"`), Rooms: []string{"go"}}})
	hears("alice") // her own message does not come back to her
	hears("bob")
	// Output:
	// bob hears "hi" from "alice" in go
	// alice hears "lunch" from "" in go
	// bob hears "lunch" from "" in go
}
