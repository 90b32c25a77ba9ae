package dial

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// dialer opens connections to a server whose name may have several addresses. The
// usual one gives all the time to the first address when there are less than two
// seconds: one machine that is gone hides all others of that name.
type dialer struct {
	lookup func(ctx context.Context, host string) ([]string, error)
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}

// network is the dialer of the world out there.
var network = dialer{net.DefaultResolver.LookupHost, new(net.Dialer).DialContext}

// dialAs is the dialer of a client with these options. They are read when it dials.
func (d dialer) dialAs(o *redis.Options) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, o.DialTimeout)
		defer cancel()
		conn, err := d.any(ctx, o.DialTimeout, network, addr)
		if err != nil {
			return nil, err
		}
		if o.TLSConfig == nil {
			return listen(conn), nil
		}
		return Greet(ctx, conn, o.TLSConfig, addr)
	}
}

// any connects to one of the addresses that the host of addr has, within the
// limit. The next one is tried when one has failed, and beside one that has not
// answered for its part of the time. The error is that of the first address.
func (d dialer) any(ctx context.Context, limit time.Duration, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || net.ParseIP(host) != nil || host == "" {
		return d.dial(ctx, network, addr) // the usual one has words for what is no address
	}
	hosts, err := d.lookup(ctx, host)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends those that are late
	type answer struct {
		of   int
		conn net.Conn
		err  error
	}
	answers := make(chan answer)
	turn := time.NewTicker(limit / time.Duration(len(hosts)+1))
	defer turn.Stop()
	tried, failed := 0, 0
	next := func() {
		if tried == len(hosts) {
			return
		}
		i := tried
		tried++
		go func() {
			conn, err := d.dial(ctx, network, net.JoinHostPort(hosts[i], port))
			select {
			case answers <- answer{i, conn, err}:
			case <-ctx.Done():
				if conn != nil {
					_ = conn.Close()
				}
			}
		}()
	}
	for next(); ; {
		select {
		case a := <-answers:
			if a.err == nil {
				return a.conn, nil
			}
			if a.of == 0 || err == nil {
				err = a.err
			}
			if failed++; failed == len(hosts) {
				return nil, err
			}
			next()
		case <-turn.C:
			next()
		case <-ctx.Done():
			if err == nil {
				err = &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
			}
			return nil, err
		}
	}
}

// Greet speaks TLS on a connection, to the host of addr where c names none. An error has closed it.
func Greet(ctx context.Context, conn net.Conn, c *tls.Config, addr string) (net.Conn, error) {
	if c.ServerName == "" {
		c = c.Clone()
		c.ServerName, _, _ = net.SplitHostPort(addr)
	}
	client := tls.Client(conn, c)
	if err := client.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure{client}, nil
}
