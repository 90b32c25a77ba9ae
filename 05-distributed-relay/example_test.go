package relay_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"sync"

	"example.com/redis-chat/01-redis-basics/launch"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
)

// Two nodes at one Redis server: what alice says at node 1, bob hears at node 2.
func Example() {
	redis, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer redis.Close()
	ctx, cancel := context.WithCancel(context.Background())
	var nodes sync.WaitGroup
	defer nodes.Wait() // after cancel
	defer cancel()

	people := map[string]*chatclient.Client{}
	for _, name := range []string{"alice", "bob"} {
		r := relay.New(relay.Options{PubAddr: redis.Addr()})
		hub, err := chat.NewHub(chat.Options{Relay: r})
		if err != nil {
			fmt.Println(err)
			return
		}
		server := httptest.NewServer(hub)
		defer server.Close()
		if people[name], err = chatclient.Dial(ctx, server.URL, chatclient.DialOptions{Name: name, Room: "lobby"}); err != nil {
			fmt.Println(err)
			return
		}
		defer people[name].Close()
		nodes.Go(func() { _ = r.Run(ctx, hub) })
		// A client that is connected when the relay begins is told that messages may be missed, and
		// then that they are not any more: the node's own probe has come back.
		for m := (chatclient.Message{}); m.Event != frame.EventRecovered; {
			if m, err = people[name].Receive(ctx); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	if err := people["alice"].Send(ctx, frame.Frame{Event: frame.EventMessage, Data: []byte(`"hi"`)}); err != nil {
		fmt.Println(err)
		return
	}
	for {
		m, err := people["bob"].Receive(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		if m.Event == frame.EventMessage {
			fmt.Printf("bob hears %s from %s in %s\n", m.Data, m.From, m.Room)
			return
		}
	}
	// Output: bob hears "hi" from alice in lobby
}
