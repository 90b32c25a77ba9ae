package node

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// ownFiles is how many file descriptors a node keeps from its clients: 13 it has open
// all the time. Others come and go: a connection to Redis that replaces another,
// names that are looked up, profiles. A node that could not dial Redis any more would be
// deaf, however many clients it has.
const ownFiles = 32

// socketsOf is how many sockets clients may have of so many descriptors.
func socketsOf(files int) int { return max(files-ownFiles, 4) }

// connsOf is how many of so many sockets may be WebSockets; the rest is for /readyz, for
// /metrics and the page, and for clients that are being refused.
func connsOf(sockets int) int { return sockets - min(max(sockets/8, 2), 1024) }

// completeLimits derives what is not set from the number of files that this process may open.
func (c *Config) completeLimits(files int) {
	if files == 0 {
		return // not known
	}
	c.Sockets = socketsOf(files)
	if c.Hub.MaxConns == 0 {
		c.Hub.MaxConns = connsOf(c.Sockets)
	}
}

// LogLimits says how many clients there may be.
func (c *Config) LogLimits(log *slog.Logger) {
	if c.Sockets == 0 {
		return
	}
	log.Info("room for clients", "max_conns", max(c.Hub.MaxConns, 0), "sockets", c.Sockets)
	if c.Hub.MaxConns < 0 || c.Hub.MaxConns > connsOf(c.Sockets) {
		log.Warn("MAX_CONNS is more than file descriptors allow", "max_conns", max(c.Hub.MaxConns, 0), "allowed", connsOf(c.Sockets),
			"do", "raise the limit (ulimit -n; LimitNOFILE in a service)")
	}
}

// gate is a server's listener. It takes no more sockets than descriptors allow, and says
// why when none can be taken. When all are in use, the one that has said
// nothing for longest makes room: so a flood of silent sockets keeps nobody from
// /readyz. A WebSocket stays.
type gate struct {
	net.Listener
	most   int        // sockets; 0: as many as come
	others func() int // sockets that are WebSockets
	log    *slog.Logger

	warn   rate.Sometimes
	closed chan struct{}
	close  sync.Once

	mu     sync.Mutex
	open   int                    // sockets that speak HTTP
	silent map[net.Conn]time.Time // those of them that have not asked for anything, since when
}

const (
	gatePause  = 5 * time.Millisecond   // between two looks whether there is room
	gateSilent = 100 * time.Millisecond // whoever has just come is about to ask
)

func newGate(l net.Listener, most int, others func() int, log *slog.Logger) *gate {
	return &gate{
		Listener: l, most: most, others: others, log: log,
		warn: rate.Sometimes{Interval: 10 * time.Second}, closed: make(chan struct{}), silent: map[net.Conn]time.Time{},
	}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	for g.most > 0 && g.full(time.Now()) {
		g.warn.Do(func() {
			g.log.Warn("as many sockets are open as file descriptors allow: silent ones are closed, new ones wait", "sockets", g.most,
				"do", "raise the limit (ulimit -n; LimitNOFILE in a service), or bound connections before the node")
		})
		select {
		case <-g.closed:
			return nil, net.ErrClosed
		case <-time.After(gatePause):
		}
	}
	conn, err := g.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		g.warn.Do(func() { g.log.Warn("cannot accept clients", "why", whyNot(err)) })
	}
	return conn, err
}

func whyNot(err error) string {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "no file descriptor is left: raise the limit (ulimit -n; LimitNOFILE in a service), or lower MAX_CONNS (" + err.Error() + ")"
	}
	return err.Error()
}

// full reports whether there is no room, and then makes some if it can.
func (g *gate) full(now time.Time) bool {
	others := g.others()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open+others < g.most {
		return false
	}
	var oldest net.Conn
	for conn, since := range g.silent {
		if now.Sub(since) >= gateSilent && (oldest == nil || since.Before(g.silent[oldest])) {
			oldest = conn
		}
	}
	if oldest != nil {
		delete(g.silent, oldest)
		_ = oldest.Close() // the server sees it, and note follows
	}
	return true
}

// note is the server's ConnState.
func (g *gate) note(conn net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch state {
	case http.StateNew:
		g.open++
		g.silent[conn] = time.Now()
	case http.StateIdle:
		g.silent[conn] = time.Now()
	case http.StateActive:
		delete(g.silent, conn)
	case http.StateHijacked, http.StateClosed:
		g.open--
		delete(g.silent, conn)
	}
}

// Close implements net.Listener.
func (g *gate) Close() error {
	g.close.Do(func() { close(g.closed) })
	return g.Listener.Close()
}
