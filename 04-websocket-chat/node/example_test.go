package node_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/node"
)

// A node's program: flags and variables, a listener, a hub, and the server around it.
func Example() {
	var c node.Config
	fs := flag.NewFlagSet("chat", flag.ContinueOnError)
	c.Register(fs)
	if err := node.Parse(fs, []string{"-listen-host", "127.0.0.1", "-port", "0", "-node-name", "n1", "-max-conns", "1000"}); err != nil {
		fmt.Println(err)
		return
	}
	l, err := c.Listen()
	if err != nil {
		fmt.Println(err)
		return
	}
	hub, err := chat.NewHub(c.Hub)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background()) // a program takes one that a signal ends
	defer stop()
	ended := make(chan error)
	go func() { ended <- (&node.Server{Hub: hub, Grace: c.Grace}).Run(ctx, l) }()

	resp, err := http.Get("http://" + l.Addr().String() + "/readyz")
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	fmt.Printf("%s, at most %d connections: %s", c.Node, c.Hub.MaxConns, body)

	stop()
	fmt.Println("ended:", <-ended)
	// Output:
	// n1, at most 1000 connections: {"ready":true}
	// ended: <nil>
}
