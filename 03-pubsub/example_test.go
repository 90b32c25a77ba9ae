package pubsub_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
	pubsub "example.com/redis-chat/03-pubsub"
)

func ExampleSubscribe() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	server, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()

	s, err := pubsub.Subscribe(ctx, client, pubsub.Options{Channels: []string{"news"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		events, err := s.Receive(ctx)
		if err != nil {
			return // ctx has ended
		}
		for _, e := range events {
			switch e.Kind {
			case pubsub.Subscribed: // from here on nothing is missed unsaid
				fmt.Println("subscribed")
				client.Publish(ctx, "news", "hello")
			case pubsub.Message:
				fmt.Println(e.Channel, e.Payload)
				return
			default:
				fmt.Println(e.Kind, e.Err)
			}
		}
	}
	// Output:
	// subscribed
	// news hello
}
