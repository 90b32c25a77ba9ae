package dial_test

import (
	"errors"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

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
