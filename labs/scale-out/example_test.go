package scaleout_test

import (
	"context"
	"fmt"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	scaleout "example.com/redis-chat/labs/scale-out"
)

// The hub tells the relay who enters which room; see chapter 05's node for the rest of a node.
func ExampleNew() {
	r := scaleout.New(relay.Options{Node: "node-1", PubAddr: "127.0.0.1:6379", SubAddr: "127.0.0.1:6380"})
	hub, err := chat.NewHub(chat.Options{Relay: r})
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // in a program: when it is to end
	fmt.Println(r.Run(ctx, hub))
	// Output: <nil>
}
