// Command node is one node of the distributed chat: it publishes at the master
// and delivers what its own replica brings back.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	config, err := configure(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(2)
	}
	if err := run(ctx, config); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}

func configure(args []string) (relay.Config, error) {
	var c relay.Config
	return c, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), args)
}

func run(ctx context.Context, c relay.Config) error {
	l, err := c.Listen()
	if err != nil {
		return err
	}
	defer l.Close()
	log := c.Logger()
	redis.SetLogger(quiet{})
	c.Relay.Log, c.Relay.Node = log, c.Node
	r := relay.New(c.Relay)
	c.Hub.Log, c.Hub.Relay = log, r
	hub, err := chat.NewHub(c.Hub)
	if err != nil {
		return err
	}
	server := &chat.Server{
		Hub:     hub,
		Page:    chat.Page(chat.PageOptions{Node: c.Node, Peers: c.Peers}),
		Ready:   r.Ready,
		Metrics: r.Metrics(hub),
		Grace:   c.Grace,
		Log:     log,
	}
	if err := profile(ctx, c.PprofAddr, log); err != nil {
		return err
	}
	log.Info("listening", "addr", l.Addr().String(), "node", c.Node, "publish", c.Relay.PubAddr, "subscribe", c.Relay.SubAddr)

	// The relay outlives the server: clients that are leaving still get what
	// comes back. A mistake of the relay's ends the server.
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	relaying, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRelay()
	var group errgroup.Group
	group.Go(func() error {
		defer stopServing()
		return r.Run(relaying, hub)
	})
	group.Go(func() error {
		defer stopRelay()
		return server.Run(serving, l)
	})
	return group.Wait()
}

// quiet keeps go-redis' own lines out of the log: what matters is returned as
// an error, and logged once by who decides about it.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// profile serves net/http/pprof on an address of its own, never on the port
// that clients reach.
func profile(ctx context.Context, addr string, log *slog.Logger) error {
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("profiles on %s: %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(l) }() // ends with ctx
	log.Info("profiles", "url", "http://"+l.Addr().String()+"/debug/pprof/")
	return nil
}
