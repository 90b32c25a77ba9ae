// Command socket.io-go is a peer of the load test: a node of github.com/zishang520/socket.io, a Socket.IO server
// written in Go, with its Redis adapter. Clients and Redis hear from it what they hear from the Node.js peer, and it is set
// up like that one: WebSocket alone, nothing compressed, no client code served.
//
// The environment tells PORT (3000), PUB_HOST (127.0.0.1), PUB_PORT (6379), SUB_HOST and SUB_PORT (as PUB_HOST and PUB_PORT).
//
// An event to everybody, without a room, reaches the clients of its own node alone: the adapters of the others pass over it.
// The lab's clients are all in a room.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	rds "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/zishang520/socket.io/adapters/redis/v3"
	"github.com/zishang520/socket.io/adapters/redis/v3/adapter"
)

func main() {
	logging.Disable() // go-redis prints each failed dial
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	at, err := configure(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "socket.io-go:", err)
		os.Exit(2)
	}
	if err := run(ctx, at, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "socket.io-go:", err)
		os.Exit(1)
	}
}

// addresses are where to listen, to publish and to subscribe.
type addresses struct{ listen, pub, sub string }

func configure(getenv func(string) string) (at addresses, err error) {
	port, err := portOf(getenv, "PORT", "3000")
	if err != nil {
		return at, err
	}
	pubPort, err := portOf(getenv, "PUB_PORT", "6379")
	if err != nil {
		return at, err
	}
	subPort, err := portOf(getenv, "SUB_PORT", pubPort)
	if err != nil {
		return at, err
	}
	pubHost := valueOf(getenv, "PUB_HOST", "127.0.0.1")
	return addresses{
		listen: net.JoinHostPort("127.0.0.1", port),
		pub:    net.JoinHostPort(pubHost, pubPort),
		sub:    net.JoinHostPort(valueOf(getenv, "SUB_HOST", pubHost), subPort),
	}, nil
}

func portOf(getenv func(string) string, name, otherwise string) (string, error) {
	value := valueOf(getenv, name, otherwise)
	if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%s must be a port from 1 to 65535, not %q", name, value)
	}
	return value, nil
}

func valueOf(getenv func(string) string, name, otherwise string) string {
	if value := getenv(name); value != "" {
		return value
	}
	return otherwise
}

// run serves until ctx ends, and says on out when it listens. Its clients are cut off with the process: whoever ends this peer has no
// use for them.
func run(ctx context.Context, at addresses, out io.Writer) error {
	pub, err := connect(ctx, at.pub, "PUB_HOST and PUB_PORT")
	if err != nil {
		return err
	}
	defer pub.Close()
	sub, err := connect(ctx, at.sub, "SUB_HOST and SUB_PORT")
	if err != nil {
		return err
	}
	defer sub.Close()

	listener, err := net.Listen("tcp", at.listen)
	if err != nil {
		return fmt.Errorf("%w; choose another PORT", err)
	}
	node := newNode(redis.NewRedisClientWithSub(ctx, pub, sub), adapter.DefaultRedisAdapterOptions())
	server := &http.Server{Handler: node.ServeHandler(nil)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()

	fmt.Fprintln(out, "listening", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", at.listen, err)
	}
	return nil
}

// connect asks whether Redis is there, which the adapter does not. variables are those that say where. A connection that breaks later is made
// anew by go-redis.
func connect(ctx context.Context, addr, variables string) (*rds.Client, error) {
	client := rds.NewClient(&rds.Options{Addr: addr})
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close()
		return nil, fmt.Errorf("connect to Redis at %s: %w; start Redis there or change %s", addr, err, variables)
	}
	return client, nil
}
