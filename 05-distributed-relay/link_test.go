package relay

import (
	"context"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// serve is an address where each connection is accepted, and then met so.
func serve(t *testing.T, meet func(*net.TCPConn)) string {
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
			meet(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

// A proxy whose server is not there yet accepts a connection and drops it.
func TestConnectionThatIsAcceptedAndDroppedIsWaitedFor(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { // go-redis: a client whose dial has failed ends up to a second after its Close
		require.Eventually(t, func() bool { return goleak.Find(before) == nil }, Patience, time.Millisecond)
	})
	for name, addr := range map[string]string{
		"reset":  serve(t, func(c *net.TCPConn) { c.SetLinger(0); c.Close() }),
		"closed": serve(t, func(c *net.TCPConn) { c.Close() }),
		"cut off within a reply": serve(t, func(c *net.TCPConn) {
			c.Read(make([]byte, 1024)) // else the close would be a reset
			c.Write([]byte("*14\r\n$6\r\nser"))
			c.Close()
		}),
	} {
		o := Options{PubAddr: addr, PublishTimeout: Patience}.withDefaults()
		for range 10 { // go-redis notices a reset at another place each time
			ctx, cancel := context.WithTimeout(t.Context(), Patience)
			_, err := o.connectMaster(ctx)
			cancel()
			require.ErrorContains(t, err, "publish to "+addr)
			_, mistake := asMistake(err)
			require.False(t, mistake, "%s: %v", name, err)
		}
	}
}

func TestAnswerThatIsNoReplyIsAMistake(t *testing.T) {
	web := httptest.NewServer(nil)
	defer web.Close()
	o := Options{PubAddr: web.Listener.Addr().String(), PublishTimeout: Patience}.withDefaults()
	_, err := o.connectMaster(t.Context())
	_, mistake := asMistake(err)
	require.True(t, mistake, "%v", err)
	require.ErrorContains(t, err, "this does not answer as Redis does")
}
