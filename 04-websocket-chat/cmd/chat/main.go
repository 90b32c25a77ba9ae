// Command chat is a chat on one node: no Redis, and nothing shared with other
// nodes. Chapter 05 has the node that shares.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/node"
	"example.com/redis-chat/04-websocket-chat/page"
)

func main() {
	// The first signal lets the clients leave first, a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	config, err := configure(os.Args[1:])
	if err == nil {
		err = run(ctx, config)
	}
	os.Exit(cmdline.Exit("chat", err, os.Stderr))
}

func configure(args []string) (node.Config, error) {
	var c node.Config
	fs := flag.NewFlagSet("chat", flag.ContinueOnError)
	c.Register(fs)
	if err := node.Parse(fs, args); err != nil {
		return c, err
	}
	if err := c.Check(); err != nil {
		return c, cmdline.Usagef("%w", err)
	}
	return c, nil
}

func run(ctx context.Context, c node.Config) error {
	l, err := c.Listen()
	if err != nil {
		return err
	}
	defer l.Close()
	log := c.Logger()
	c.Hub.Log = log
	hub, err := chat.NewHub(c.Hub)
	if err != nil {
		return err
	}
	if err := c.ServeAdmin(ctx, hub, log); err != nil {
		return err
	}
	log.Info("listening", "addr", l.Addr().String(), "node", c.Node)
	c.LogWhere(log, l)
	c.LogLimits(log)
	server := &node.Server{
		Hub: hub, Page: page.Handler(page.Options{Node: c.Node, Peers: c.Peers, Frames: c.Frames}),
		Hosts: c.AllowedHosts, Trusted: c.Trusted, Delay: c.Delay, Grace: c.Grace, Sockets: c.Sockets, TLS: c.Certificate, Log: log,
	}
	return server.Run(ctx, l)
}
