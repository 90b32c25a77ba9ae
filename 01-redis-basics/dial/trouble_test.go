package dial_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
)

// said is an error that Redis answers.
type said string

func (s said) Error() string { return string(s) }
func (said) RedisError()     {}

func TestWhatAnErrorIsASignOf(t *testing.T) {
	reset := os.NewSyscallError("read", syscall.ECONNRESET)
	for _, c := range []struct {
		err  error
		want dial.Trouble
	}{
		{nil, dial.NoTrouble},
		{redis.Nil, dial.NoTrouble},
		{context.Canceled, dial.Canceled},
		{redis.ErrClosed, dial.Canceled},
		{&net.OpError{Op: "dial", Err: context.Canceled}, dial.Canceled},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, dial.NobodyThere},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNRESET)}, dial.ConnectionEnded},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, dial.NobodyThere},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, dial.NobodyThere},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}, dial.NoDescriptor},
		{fmt.Errorf("dial: %w", syscall.ENFILE), dial.NoDescriptor},
		{context.DeadlineExceeded, dial.NoAnswer},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, dial.NoAnswer},
		{os.ErrDeadlineExceeded, dial.NoAnswer},
		{io.EOF, dial.ConnectionEnded},
		{io.ErrUnexpectedEOF, dial.ConnectionEnded},
		{net.ErrClosed, dial.ConnectionEnded},
		{&net.OpError{Op: "read", Err: reset}, dial.ConnectionEnded},
		{reset, dial.ConnectionEnded},
		{syscall.ECONNRESET, dial.ConnectionEnded},
		{said("WRONGPASS invalid username-password pair or user is disabled."), dial.CredentialsRefused},
		{said("NOAUTH Authentication required."), dial.CredentialsRefused},
		{said("ERR AUTH <password> called without any password configured"), dial.CredentialsRefused},
		{said("ERR invalid password"), dial.CredentialsRefused},
		{said("NOPERM this user has no permissions to run the 'role' command"), dial.NotPermitted},
		{said("LOADING Redis is loading the dataset in memory"), dial.ErrorAnswer},
		{said("ERR max number of clients reached"), dial.ErrorAnswer},
		{said("READONLY You can't write against a read only replica."), dial.ErrorAnswer},
		{errors.New(`redis: can't parse "HTTP/1.1 400 Bad Request"`), dial.NotRedis},
		{errors.New(`redis: invalid reply: "\x15\x03"`), dial.NotRedis},
		{dial.ErrReply, dial.NotRedis},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, dial.NotRedis},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, dial.NotRedis},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, dial.NotRedis},
		{redis.ErrPoolTimeout, dial.OtherTrouble},
	} {
		require.Equal(t, c.want, dial.Diagnose(c.err), "%v", c.err)
		if c.err != nil {
			require.Equal(t, c.want, dial.Diagnose(fmt.Errorf("read the role: %w", c.err)), "wrapped: %v", c.err)
		}
	}
	require.Equal(t, "nobody there", dial.NobodyThere.String())
	require.Equal(t, "other trouble", dial.OtherTrouble.String())
}

// listener does the same to each connection that comes, until the test ends.
func listener(t *testing.T, do func(*net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			do(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

// The errors that go-redis really hands over. Another version may change them.
func TestWhatAServerIsASignOf(t *testing.T) {
	logging.Disable() // go-redis prints each failed dial
	defer logging.Enable()
	web := httptest.NewServer(nil)
	defer web.Close()
	locked, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer locked.Close()
	locked.Miniredis().RequireAuth("secret")
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts for it
	require.NoError(t, err)
	defer silent.Close()

	for name, c := range map[string]struct {
		addr  string
		tls   *tls.Config
		wants []dial.Trouble
	}{
		"nobody":      {"127.0.0.1:1", nil, []dial.Trouble{dial.NobodyThere}},
		"resets":      {listener(t, func(c *net.TCPConn) { c.SetLinger(0); c.Close() }), nil, []dial.Trouble{dial.ConnectionEnded}},
		"closes":      {listener(t, func(c *net.TCPConn) { c.Close() }), nil, []dial.Trouble{dial.ConnectionEnded}},
		"web":         {web.Listener.Addr().String(), nil, []dial.Trouble{dial.NotRedis}},
		"web for TLS": {web.Listener.Addr().String(), &tls.Config{ServerName: "localhost"}, []dial.Trouble{dial.NotRedis}},
		"locked":      {locked.Addr(), nil, []dial.Trouble{dial.CredentialsRefused}},
		"silent":      {silent.Addr().String(), nil, []dial.Trouble{dial.NoAnswer}},
	} {
		t.Run(name, func(t *testing.T) {
			limit := patience
			options := redis.Options{Addr: c.addr, TLSConfig: c.tls, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}
			if name == "silent" {
				limit = 50 * time.Millisecond
				options.Dialer = func(_ context.Context, network, addr string) (net.Conn, error) { // whose end is not the dial's
					return net.Dial(network, addr)
				}
			}
			client := redis.NewClient(dial.Once(options))
			defer client.Close()
			for range 8 { // a reset is seen at another place each time; after ten failures go-redis dials by itself
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				conn := client.Conn()
				err := conn.Ping(ctx).Err()
				conn.Close()
				cancel()
				require.Contains(t, c.wants, dial.Diagnose(err), "%T: %v", err, err)
				if name == "silent" {
					break
				}
			}
		})
	}
}
