package node

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	chat "example.com/redis-chat/04-websocket-chat"
)

// gate is a server's listener. It counts all sockets, those that speak HTTP and those that are
// WebSockets; takes no more of them than descriptors allow; and says why when none can be taken.
// A WebSocket stays. Of the others one makes room, when all places are taken or an address has
// all that it may have: see oldest. So nobody is kept from /readyz by a flood of silent sockets, or by an
// address that has them all.
type gate struct {
	net.Listener
	limits gateLimits
	others func() int // sockets that are WebSockets
	log    *slog.Logger

	warn   rate.Sometimes
	crowd  rate.Sometimes
	closed chan struct{}
	close  sync.Once

	mu   sync.Mutex
	open map[net.Conn]*socket // those that speak HTTP
	each map[netip.Prefix]int // by address, without trusted proxies
	many int                  // of trusted proxies
}

// gateLimits are how many sockets there may be; 0: as many as come.
type gateLimits struct {
	sockets int            // WebSockets and all others
	httpPer int            // that speak HTTP, from one address
	trusted []netip.Prefix // proxies, whose sockets are those of many
}

// socket is one that speaks HTTP.
type socket struct {
	from   netip.Prefix
	proxy  bool // a trusted one
	opened time.Time
	silent bool      // it has asked for nothing, or got its answer
	since  time.Time // if silent
}

const (
	gatePause  = 5 * time.Millisecond   // between two looks whether there is room
	gateSilent = 100 * time.Millisecond // whoever has just come is about to ask
	warnEvery  = 10 * time.Second
)

// httpPer is how many sockets that are no WebSockets one address may have, where it may have so many
// WebSockets: a browser opens six for a page, and one may be on its way to become a WebSocket.
func httpPer(maxConnsPerIP int) int {
	if maxConnsPerIP <= 0 {
		return 0
	}
	return max(32, 8*maxConnsPerIP)
}

func newGate(l net.Listener, limits gateLimits, others func() int, log *slog.Logger) *gate {
	return &gate{
		Listener: l, limits: limits, others: others, log: log,
		warn: rate.Sometimes{Interval: warnEvery}, crowd: rate.Sometimes{Interval: warnEvery}, closed: make(chan struct{}),
		open: map[net.Conn]*socket{}, each: map[netip.Prefix]int{},
	}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	for {
		for g.limits.sockets > 0 && g.full(time.Now()) {
			g.warn.Do(func() {
				g.log.Warn("as many sockets are open as file descriptors allow: silent ones are closed, new ones wait", "sockets", g.limits.sockets,
					"do", "raise the limit (ulimit -n; LimitNOFILE in a service), or bound connections before the node")
			})
			select {
			case <-g.closed:
				return nil, net.ErrClosed
			case <-time.After(gatePause):
			}
		}
		conn, err := g.Listener.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				g.warn.Do(func() { g.log.Warn("cannot accept clients", "why", whyNot(err)) })
			}
			return nil, err
		}
		if g.takes(conn) {
			return conn, nil
		}
		_ = conn.Close() // unanswered: an answer to each is what the limit is to save
	}
}

func whyNot(err error) string {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return "no file descriptor is left: raise the limit (ulimit -n; LimitNOFILE in a service), or lower MAX_CONNS (" + err.Error() + ")"
	}
	return err.Error()
}

// full reports whether there is no room, and then makes some if it can. A trusted proxy's sockets are those of many, and
// mostly it has more of them than anybody: it makes room when no address can that comes by itself.
func (g *gate) full(now time.Time) bool {
	others := g.others()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.open)+others < g.limits.sockets {
		return false
	}
	hog, most := netip.Prefix{}, 0
	for from, n := range g.each {
		if n > most {
			hog, most = from, n
		}
	}
	ofHog := func(s *socket) bool { return s.from == hog && !s.proxy }
	switch {
	case most > 1 && g.closeSilent(ofHog, now):
	case most > 4 && most > g.limits.sockets/4: // it asks so often that none of its sockets is silent for long
		g.closeOldest(ofHog)
	case g.closeSilent(func(*socket) bool { return true }, now):
	case g.many > g.limits.sockets/4: // nobody else could make room
		g.closeOldest(func(s *socket) bool { return s.proxy })
	}
	return true
}

// takes reports whether the address of a new socket may have another one. Where it may not, one of its own
// makes room.
func (g *gate) takes(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	from := chat.Address(conn.RemoteAddr().String())
	if g.limits.httpPer == 0 || g.fromProxy(conn) || g.each[from] < g.limits.httpPer {
		return true
	}
	g.crowd.Do(func() {
		g.log.Warn("an address has as many sockets as it may, beside its WebSockets: its silent ones are closed, or its new ones", "address", from, "sockets", g.limits.httpPer,
			"do", "raise MAX_CONNS_PER_IP if many people share it")
	})
	return g.closeSilent(func(s *socket) bool { return s.from == from }, time.Now())
}

// fromProxy reports whether a socket is a trusted proxy's: it brings many clients, whose WebSockets count one by one.
func (g *gate) fromProxy(conn net.Conn) bool {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	return err == nil && within(peer.Addr(), g.limits.trusted)
}

// closeSilent closes the socket that has been silent for longest, and reports whether there is one.
func (g *gate) closeSilent(among func(*socket) bool, now time.Time) bool {
	return g.closeFirst(func(s *socket) bool { return s.silent && now.Sub(s.since) >= gateSilent && among(s) },
		func(s *socket) time.Time { return s.since })
}

// closeOldest closes the socket that has been open for longest.
func (g *gate) closeOldest(among func(*socket) bool) {
	g.closeFirst(among, func(s *socket) time.Time { return s.opened })
}

func (g *gate) closeFirst(among func(*socket) bool, when func(*socket) time.Time) bool {
	var first net.Conn
	for conn, s := range g.open {
		if among(s) && (first == nil || when(s).Before(when(g.open[first]))) {
			first = conn
		}
	}
	if first == nil {
		return false
	}
	g.forget(first) // its place is free at once
	if secure, ok := first.(*tls.Conn); ok {
		first = secure.NetConn() // a farewell may wait for a client that reads nothing, and the gate would with it
	}
	_ = first.Close()
	return true
}

func (g *gate) forget(conn net.Conn) {
	s := g.open[conn]
	if s == nil {
		return // closed by the gate
	}
	delete(g.open, conn)
	if s.proxy {
		g.many--
	} else if g.each[s.from]--; g.each[s.from] == 0 {
		delete(g.each, s.from)
	}
}

// note is the server's ConnState.
func (g *gate) note(conn net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch s := g.open[conn]; state {
	case http.StateNew:
		now := time.Now()
		s = &socket{from: chat.Address(conn.RemoteAddr().String()), proxy: g.fromProxy(conn), opened: now, silent: true, since: now}
		g.open[conn] = s
		if s.proxy {
			g.many++
		} else {
			g.each[s.from]++
		}
	case http.StateIdle:
		if s != nil {
			s.silent, s.since = true, time.Now()
		}
	case http.StateActive:
		if s != nil {
			s.silent = false
		}
	case http.StateHijacked, http.StateClosed:
		g.forget(conn)
	}
}

// Close implements net.Listener.
func (g *gate) Close() error {
	g.close.Do(func() { close(g.closed) })
	return g.Listener.Close()
}
