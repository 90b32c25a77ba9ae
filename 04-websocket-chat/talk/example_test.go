package talk_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/talk"
)

// Run sends each line, and returns when all of them have been acknowledged.
func ExampleRun() {
	ctx := context.Background()
	hub, err := chat.NewHub(chat.Options{Node: "n1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(hub)
	defer server.Close()
	defer hub.Drain(ctx, time.Second)
	bob, err := client.Dial(ctx, server.URL, client.DialOptions{Name: "bob"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer bob.Close()

	lines := strings.NewReader("hello\nis anybody there?\n")
	err = talk.Run(ctx, talk.Options{URLs: []string{server.URL}, Name: "alice", In: lines, Out: io.Discard, Err: os.Stdout})
	if err != nil {
		fmt.Println(err)
		return
	}
	for heard := 0; heard < 2; {
		m, err := bob.Receive(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		if m.Event == frame.EventMessage {
			fmt.Printf("bob hears %s from %s\n", m.Data, m.From)
			heard++
		}
	}
	// Output:
	// talk: connected to node n1 as alice in room lobby
	// bob hears "hello" from alice
	// bob hears "is anybody there?" from alice
}
