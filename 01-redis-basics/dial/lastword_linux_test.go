package dial_test

import (
	"crypto/tls"
	"errors"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/dial"
)

// Whoever only writes meets a broken pipe. What the server said before waits to be read:
// Linux keeps it when the connection is reset.
func TestALastWordIsHeardByWhoeverWrites(t *testing.T) {
	const full = "ERR max number of clients reached"
	addr := listener(t, func(c *net.TCPConn) { c.Write([]byte("-" + full + "\r\n")); c.Close() })
	conn, err := dial.Once(redis.Options{Addr: addr, DialTimeout: patience}).Dialer(t.Context(), "tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	for err == nil {
		_, err = conn.Write([]byte("PING\r\n"))
	}
	refused, ok := errors.AsType[*dial.Refused](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, full, refused.Answer)
}

// Since TLS 1.3 a client believes to be through when the server looks at its certificate.
func TestARefusedCertificateIsHeardByWhoeverWrites(t *testing.T) {
	authority := certtest.NewAuthority(t)
	server := &tls.Config{Certificates: []tls.Certificate{authority.Issue(patience, "127.0.0.1").Certificate}, ClientAuth: tls.RequireAnyClientCert}
	addr := listener(t, func(c *net.TCPConn) {
		_ = tls.Server(c, server).Handshake() // its error is the alert
		c.Close()
	})
	for range 20 {
		options := dial.Once(redis.Options{Addr: addr, DialTimeout: patience, TLSConfig: trusting(t, authority)})
		conn, err := options.Dialer(t.Context(), "tcp", addr)
		require.NoError(t, err)
		for err == nil {
			_, err = conn.Write([]byte("PING\r\n"))
		}
		conn.Close()
		require.Equal(t, dial.NotRedis, dial.Diagnose(errors.Unwrap(err)), "go-redis takes the outermost wrapping off: %v", err)
		require.ErrorContains(t, dial.Explain(t.Context(), nil, err), "set REDIS_CERT and REDIS_KEY")
	}
}
