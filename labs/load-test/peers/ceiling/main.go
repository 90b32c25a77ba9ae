// Command ceiling is the bound that the load test compares with: one process
// without Redis, and the cheapest fan-out that we could write on
// gorilla/websocket. It speaks enough of the client wire of chapter 04 to be
// loaded like a node.
//
// Each connection has a reader. A reader that gets a message puts its encoded
// frame where the messages of its room wait. In a small room the reader then
// delivers by itself; in a large one it starts a goroutine that runs while
// messages wait. The deliverer takes all that waits and writes it to each
// member in one system call, which never blocks. Bytes that a connection does
// not take are left to a goroutine of that connection. So there is no timer,
// and no goroutine that only waits; a message that comes alone leaves at once,
// and the more there is to do, the more leaves together.
//
// The environment tells PORT (3000) and PPROF_ADDR (none).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof" // on http.DefaultServeMux, which only PPROF_ADDR serves
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		fmt.Fprintf(os.Stderr, "ceiling: PORT must be a port from 1 to 65535, not %q\n", port)
		os.Exit(2)
	}
	if err := run(ctx, net.JoinHostPort("127.0.0.1", port), os.Getenv("PPROF_ADDR"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ceiling:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and says on out when it does.
func run(ctx context.Context, addr, pprof string, out io.Writer) error {
	if pprof != "" {
		profiles, err := net.Listen("tcp", pprof)
		if err != nil {
			return fmt.Errorf("serve profiles: %w; choose another PPROF_ADDR", err)
		}
		defer profiles.Close()
		go func() { _ = http.Serve(profiles, nil) }() // until profiles is closed
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w; choose another PORT", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/ws", &house{rooms: map[string]*room{}})
	server := &http.Server{Handler: mux}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()

	fmt.Fprintln(out, "listening", listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", addr, err)
	}
	return nil
}
