package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"example.com/redis-chat/01-redis-basics/keypair"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// Server serves a hub over HTTP: /ws, /, /healthz, /readyz, and /metrics when
// there are some.
type Server struct {
	Hub     *chat.Hub
	Page    http.Handler                                  // of /; nil: none
	Ready   func() (reason string, ready bool)            // nil: always, until the server ends
	Part    func(name string) (reason string, ready bool) // of a part of the node, which /readyz?part=name asks for; nil: it has none
	Metrics http.Handler                                  // of /metrics; nil: none
	Hosts   []string                                      // Config.AllowedHosts
	Trusted []netip.Prefix                                // proxies that tell their clients' addresses, see ClientAddr; default: none
	Delay   time.Duration                                 // at the end, in which the node is not ready, and serves as before; default 0
	Grace   time.Duration                                 // for clients to leave at the end, after Delay; default 10s
	Sockets int                                           // that may be open, WebSockets and all others; 0: as many as come
	TLS     *keypair.Files                                // Config.Certificate; nil: HTTP
	Log     *slog.Logger                                  // default: none

	leaving atomic.Bool
}

// Run serves on the listener until ctx ends. From then on it is not ready. It goes on
// for Delay, so that a balancer that asks /readyz notices before there is anything to
// notice. Then it takes no new clients, closes those it has, and returns nil when the
// grace period is over at the latest.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	s.Grace = cmp.Or(s.Grace, 10*time.Second)
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	server := &http.Server{
		Handler: AllowHosts(s.Hosts, l, byClient(s.routes(), s.Trusted), s.Log),
		// Without these, a client that sends byte by byte, or never reads, holds a
		// goroutine for ever. They end with an upgrade: a WebSocket has limits of its own.
		//
		// MaxConns does not count sockets that are no WebSockets yet. Whoever has asked for
		// nothing ends after 5 s, and the gate bounds their number, in all and by address.
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second, // with the body: the server waits for one even though no handler reads it
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       10 * time.Second, // a page asks for all its parts within one; a proxy opens a new one
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	gate := newGate(l, gateLimits{sockets: s.Sockets, httpPer: httpPer(s.Hub.MaxConnsPerIP()), trusted: s.Trusted}, s.Hub.Sockets, s.Log)
	server.ConnState = gate.note
	failed := make(chan error, 1)
	go func() { failed <- serve(server, gate, s.TLS, s.Log) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	s.leaving.Store(true)
	if s.Delay > 0 {
		s.Log.Info("not ready: about to leave", "in", s.Delay)
		select {
		case err := <-failed:
			return fmt.Errorf("serve on %s: %w", l.Addr(), err)
		case <-time.After(s.Delay):
		}
	}
	// Shutdown does not know connections that were upgraded; the hub does. The
	// listener stays until they are gone: whoever asks /readyz must hear why.
	requests := min(requestsEnd, s.Grace/10)
	s.Hub.Drain(context.WithoutCancel(ctx), s.Grace-requests)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), requests)
	defer cancel()
	err := server.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop serving on %s: %w", l.Addr(), err)
	}
	return nil
}

// requestsEnd is the end of the grace period, for requests that are being
// answered. It is short, because Shutdown also waits, for seconds, for
// connections that have never sent a request: browsers open some in advance.
const requestsEnd = 100 * time.Millisecond

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/ws", s.Hub)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", s.readyz)
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.Metrics)
	}
	if s.Page != nil {
		mux.Handle("/", s.Page) // of every method: "GET /" would contradict "/ws"
	}
	return mux
}

// readyz is 200 while messages are delivered, else 503 with the reason.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	reason, ready := "", true
	if part := r.URL.Query().Get("part"); part != "" && s.Part != nil {
		reason, ready = s.Part(part)
	} else if s.Ready != nil {
		reason, ready = s.Ready()
	}
	if s.leaving.Load() || s.Hub.Stats().Draining {
		reason, ready = frame.CloseGoingAway.Text, false
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(struct {
		Ready  bool   `json:"ready"`
		Reason string `json:"reason,omitempty"`
	}{ready, reason})
}
