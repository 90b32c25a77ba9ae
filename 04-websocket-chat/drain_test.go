package chat

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestGoodbyesAreSpreadOverTheGracePeriod(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		const people, grace = 10, 10 * time.Second
		type goodbye struct {
			closed *websocket.CloseError
			at     time.Duration
		}
		goodbyes := make(chan goodbye, people)
		for i := range people {
			p := n.Enter(fmt.Sprint("p", i), "go")
			go func() {
				_ = p.WS.SetReadDeadline(time.Time{})
				began := time.Now()
				for {
					if _, _, err := p.WS.ReadMessage(); err != nil {
						goodbyes <- goodbye{err.(*websocket.CloseError), time.Since(began)}
						return
					}
				}
			}()
		}
		synctest.Wait()
		began := time.Now()
		n.hub.Drain(t.Context(), grace)
		took := time.Since(began)
		require.Less(t, took, grace, "all have answered")
		require.Zero(t, n.hub.Stats().Connections)
		for i := range people {
			g := <-goodbyes
			require.Equal(t, &websocket.CloseError{Code: 1001, Text: frame.CloseGoingAway.Text}, g.closed)
			require.InDelta(t, float64(i)*0.8, g.at.Seconds(), 0.01, "one after the other")
		}
		n.hub.Drain(t.Context(), grace) // a second one finds nobody
		require.Equal(t, took, time.Since(began))
	})
}

func TestWhatWaitsLeavesBeforeTheGoodbye(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		settle()
		for i := range 100 {
			n.hub.Deliver([]Event{message(fmt.Sprint(i), "go")})
		}
		go n.hub.Drain(t.Context(), 10*time.Second)
		synctest.Wait()
		for i := range 100 {
			alice.Hears(fmt.Sprint(i))
		}
		require.Equal(t, 1001, alice.Closed().Code)
	})
}

func TestWhoDoesNotLeaveIsCutOffWhenTheGracePeriodEnds(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		for i := range 3 {
			n.Enter(fmt.Sprint("deaf", i), "go") // reads nothing
		}
		began := time.Now()
		n.hub.Drain(t.Context(), 5*time.Second)
		require.Equal(t, 5*time.Second, time.Since(began))
		require.Zero(t, n.hub.Stats().Connections)
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		n.Enter("deaf", "go")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		go n.hub.Drain(context.Background(), time.Minute) // two at once do no harm
		n.hub.Drain(ctx, time.Minute)
		require.Equal(t, time.Second, time.Since(began))
	})
}

func TestClientsOfADrainingNodeGoOnUntilTheirTurn(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		first, alice, bob := n.Enter("first", "rust"), n.Enter("alice", "go"), n.Enter("bob", "go")
		go n.hub.Drain(t.Context(), 10*time.Second)
		require.Equal(t, 1001, first.Closed().Code)
		alice.Does(`{"event":"message","data":"still here","id":1}`)
		bob.Hears(`"still here"`)
		require.Equal(t, 1001, alice.Closed().Code)
		require.Equal(t, 1001, bob.Closed().Code)
	})
}

func TestDrainingNodeTakesNoNewClients(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		n.Enter("deaf", "go")
		ended := make(chan struct{})
		go func() { defer close(ended); n.hub.Drain(t.Context(), time.Second) }()
		synctest.Wait()
		status, text := n.asks("GET", "", nil)
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Contains(t, text, "going away")
		_, resp, err := n.Connect("", nil)
		require.ErrorIs(t, err, websocket.ErrBadHandshake)
		require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
		status, _ = n.asks("GET", "?name=", nil)
		require.Equal(t, http.StatusBadRequest, status, "what is wrong is wrong elsewhere, too")
		<-ended
	})
}

// overtaken is a listener that lets draining begin while a client is being
// told that it is upgraded.
type overtaken struct {
	net.Listener
	begin func()
}

type overtakenConn struct {
	net.Conn
	begin func()
}

func (l *overtaken) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return overtakenConn{c, l.begin}, err
}

func (c overtakenConn) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("HTTP/1.1 101 ")) {
		c.begin()
	}
	return c.Conn.Write(p)
}

func TestClientThatDrainingOvertakesIsClosedWith1001(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	hubs := make(chan *Hub, 1)
	l := &overtaken{inner, func() { (<-hubs).Drain(context.Background(), time.Hour) }}
	n := serveOn(t, patient(Options{MaxConnsPerIP: 1}), l, new(net.Dialer).DialContext)
	hubs <- n.hub
	ws, _, err := n.Connect("", nil)
	require.NoError(t, err)
	defer ws.Close()
	require.Equal(t, 1001, (&chattest.Person{T: t, WS: ws}).Closed().Code)
	require.Zero(t, n.hub.Stats().Connections)
	n.allGivenBack()
}
