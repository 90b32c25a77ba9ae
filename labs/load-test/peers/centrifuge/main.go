// Command centrifuge is a peer of the load test: a node of
// github.com/centrifugal/centrifuge with its Redis broker, the library's
// defaults and nothing else: no history, no presence, no log.
//
// The environment tells PORT (3000), PUB_HOST (127.0.0.1) and PUB_PORT (6379). With TUNED=1 the
// node has what the library's own documentation offers for many connections: see tuned.
// The broker has one address for publishing and for subscribing: the master's.
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
	"time"

	"github.com/centrifugal/centrifuge"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	addr, redis, options, err := configure(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "centrifuge:", err)
		os.Exit(2)
	}
	if err := run(ctx, addr, redis, options, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "centrifuge:", err)
		os.Exit(1)
	}
}

// configure reads where to listen, where Redis is, and how the node is set up.
func configure(getenv func(string) string) (addr, redis string, options centrifuge.WebsocketConfig, err error) {
	port, err := portOf(getenv, "PORT", "3000")
	if err != nil {
		return "", "", options, err
	}
	redisPort, err := portOf(getenv, "PUB_PORT", "6379")
	if err != nil {
		return "", "", options, err
	}
	host := getenv("PUB_HOST")
	if host == "" {
		host = "127.0.0.1"
	}
	switch value := getenv("TUNED"); value {
	case "":
	case "1":
		options = tuned
	default:
		return "", "", options, fmt.Errorf("TUNED must be 1, or not set, not %q", value)
	}
	return net.JoinHostPort("127.0.0.1", port), net.JoinHostPort(host, redisPort), options, nil
}

func portOf(getenv func(string) string, name, otherwise string) (string, error) {
	value := getenv(name)
	if value == "" {
		value = otherwise
	}
	if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%s must be a port from 1 to 65535, not %q", name, value)
	}
	return value, nil
}

// run serves until ctx ends, and says on out when it is ready for clients.
func run(ctx context.Context, addr, redis string, options centrifuge.WebsocketConfig, out io.Writer) error {
	node, err := newNode(redis)
	if err != nil {
		return err
	}
	defer func() {
		// Shutdown says goodbye to each client, and waits 5 s for those that do not
		// answer. Whoever ends this peer has no use for them.
		farewell, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = node.Shutdown(farewell)
	}()

	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another PORT", err)
	}
	server := &http.Server{Handler: handler(node, options)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()

	fmt.Fprintln(out, "listening", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", addr, err)
	}
	return nil
}
