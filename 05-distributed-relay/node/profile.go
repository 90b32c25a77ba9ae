package node

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	chatnode "example.com/redis-chat/04-websocket-chat/node"
)

// profile serves net/http/pprof on an address of its own, never on the port
// that clients reach, and under names that are allowed: a profile names what is in memory.
func profile(ctx context.Context, addr string, hosts []string, log *slog.Logger) error {
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("profiles on %s: %w; choose another PPROF_ADDR", addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	server := &http.Server{Handler: chatnode.AllowHosts(hosts, l, mux, log), ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(l) }() // ends with ctx
	log.Info("profiles", "url", "http://"+l.Addr().String()+"/debug/pprof/")
	return nil
}
