package system

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"time"
)

// findPorts finds a free port for everything that will be started, in place of each one
// that is taken.
func (s *System) findPorts(context.Context) (err error) {
	found := &ports{say: func(format string, args ...any) { s.feed.Print(fmt.Sprintf(format, args...)) }}
	found.reserve(s.o.RedisPorts...)
	found.reserve(s.o.SentinelPorts...)
	found.reserve(s.o.Ports...)
	found.reserve(s.o.MapPort)
	for i, port := range s.o.RedisPorts {
		if s.o.RedisPorts[i], err = found.find(s.serverName(i), port); err != nil {
			return err
		}
	}
	for i, port := range s.o.SentinelPorts {
		if s.o.SentinelPorts[i], err = found.find(sentinelName(i), port); err != nil {
			return err
		}
	}
	for i, port := range s.o.Ports {
		if s.o.Ports[i], err = found.find(nodeName(i), port); err != nil {
			return err
		}
	}
	if s.o.MapPort != 0 {
		s.o.MapPort, err = found.find("the live map", s.o.MapPort)
	}
	return err
}

// ports hands out ports of this machine, each one once.
type ports struct {
	taken map[int]bool // handed out, or reserved for another part of this system
	say   func(format string, args ...any)
}

// reserve keeps ports for those that asked for them by number.
func (p *ports) reserve(wanted ...int) {
	if p.taken == nil {
		p.taken = map[int]bool{}
	}
	for _, port := range wanted {
		p.taken[port] = true
	}
}

// find returns the wanted port when it is free, else the next free one, and says so.
// For 0 it returns any free one.
func (p *ports) find(who string, wanted int) (int, error) {
	if wanted == 0 {
		return p.any(who)
	}
	if free(wanted) {
		return wanted, nil
	}
	for port := wanted + 1; port <= min(wanted+200, 65535); port++ {
		if !p.taken[port] && free(port) {
			p.reserve(port)
			p.say("port %d is taken by another program: %s gets %d", wanted, who, port)
			return port, nil
		}
	}
	return 0, fmt.Errorf("%s: port %d and all that follow are taken: choose another one", who, wanted)
}

// any draws a port below 32768. Above, the operating system takes ports for outgoing
// connections, and a server that comes back could find its port in use.
func (p *ports) any(who string) (int, error) {
	for range 200 {
		port := 10000 + rand.IntN(22768)
		if !p.taken[port] && free(port) {
			p.reserve(port)
			return port, nil
		}
	}
	return 0, fmt.Errorf("%s: no free port found on 127.0.0.1", who)
}

// free reports whether nobody listens at a port, on 127.0.0.1 and on [::1]: "localhost"
// may lead to either. Trying to listen is not enough: some systems allow that beside a
// server that listens on all addresses. We never listen on all addresses to find out:
// firewalls ask their user about that.
func free(port int) bool {
	for _, host := range []string{"127.0.0.1", "::1"} {
		addr := net.JoinHostPort(host, strconv.Itoa(port))
		l, err := net.Listen("tcp", addr)
		switch {
		case err == nil:
			l.Close()
		case errors.Is(err, syscall.EADDRINUSE), host == "127.0.0.1":
			return false
		default:
			continue // no IPv6 here
		}
		if conn, err := net.DialTimeout("tcp", addr, 200*time.Millisecond); err == nil {
			conn.Close()
			return false
		}
	}
	return true
}
