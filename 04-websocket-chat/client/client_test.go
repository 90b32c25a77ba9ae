package client

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo sends back what comes, as it is, until the client leaves.
func echo(conn *websocket.Conn) {
	for {
		kind, payload, err := conn.ReadMessage()
		if err != nil || conn.WriteMessage(kind, payload) != nil {
			return
		}
	}
}

func dialed(t *testing.T, url string, o DialOptions) *Client {
	t.Helper()
	c, err := Dial(t.Context(), url, o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func TestClientKnowsWhoItIsAfterDial(t *testing.T) {
	url := chattest.Scripted(t, echo)
	for _, form := range []string{url, url + "/", url + "/ws", strings.Replace(url, "http", "ws", 1), strings.TrimPrefix(url, "http://")} {
		c := dialed(t, form, DialOptions{Name: "alice", Room: "go"})
		require.Equal(t, frame.Welcome{ID: "c1", Name: "alice", Room: "go", Node: "n1"}, c.Welcome(), form)
	}
}

func TestEveryFormOfAURLLeadsToWS(t *testing.T) {
	for form, want := range map[string]string{
		"http://h:3000": "ws://h:3000/ws", "https://h/": "wss://h/ws", "h:3000": "ws://h:3000/ws",
		"http://h/ws": "ws://h/ws", "http://h/ws/": "ws://h/ws", "h/chat/": "ws://h/chat/ws", "ws://h/chat/ws//": "ws://h/chat/ws",
	} {
		u, err := endpoint(form, DialOptions{})
		require.NoError(t, err)
		require.Equal(t, want, u.String(), form)
	}
}

func TestClientCarriesTextAndBytes(t *testing.T) {
	c := dialed(t, chattest.Scripted(t, echo), DialOptions{})
	id := int64(7)
	require.NoError(t, c.Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`"hi"`), ID: &id}))
	m, err := c.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, "message", m.Event)
	require.JSONEq(t, `"hi"`, string(m.Data))
	require.Equal(t, id, *m.ID)
	require.JSONEq(t, `{"event":"message","data":"hi","id":7}`, string(m.Text))

	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	require.NoError(t, c.SendBinary(t.Context(), every))
	m, err = c.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, "binary", m.Event)
	require.Equal(t, every, m.Binary)
	require.Nil(t, m.Text)
}

func TestRefusalIsTheNodesSentence(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "name: 1 to 32 printable characters", http.StatusBadRequest)
	}))
	defer s.Close()
	_, err := Dial(t.Context(), s.URL, DialOptions{Name: "bad\n"})
	require.EqualError(t, err, "name: 1 to 32 printable characters")
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusBadRequest, refused.Status)
}

func TestCloseCodeAndReasonReachTheReceiver(t *testing.T) {
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) {
		_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseTryAgainLater, "too slow"))
		_, _, _ = conn.ReadMessage()
	}), DialOptions{})
	for range 2 { // the second time too
		_, err := c.Receive(t.Context())
		require.Equal(t, &websocket.CloseError{Code: 1013, Text: "too slow"}, err)
	}
	require.Error(t, c.Send(t.Context(), frame.Frame{Event: "message"}))
}

func TestSelectSeesMessagesAndTheEnd(t *testing.T) {
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) {
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"message","data":1}`))
		_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1001, "going away"))
		_, _, _ = conn.ReadMessage()
	}), DialOptions{Name: "alice"})
	require.Equal(t, frame.EventWelcome, c.WelcomeMessage().Event)
	require.Contains(t, string(c.WelcomeMessage().Text), `"name":"alice"`)
	require.NoError(t, c.Err(), "it goes on")
	m := <-c.Messages()
	require.Equal(t, "1", string(m.Data))
	select {
	case m := <-c.Messages():
		require.Fail(t, "nothing more was sent", "%s", m.Text)
	case <-c.Done():
	}
	require.Equal(t, &websocket.CloseError{Code: 1001, Text: "going away"}, c.Err())
}

func TestVanishedNodeIs1006(t *testing.T) {
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) {}), DialOptions{})
	_, err := c.Receive(t.Context())
	require.True(t, websocket.IsCloseError(err, websocket.CloseAbnormalClosure), "%v", err)
}

func TestWaitingInVainLosesNothing(t *testing.T) {
	speak := make(chan struct{})
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) {
		<-speak
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"message","data":1}`))
		echo(conn)
	}), DialOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := c.Receive(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(speak)
	m, err := c.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1", string(m.Data))
}

func TestCloseSays1000AndEndsWhoeverReceives(t *testing.T) {
	seen := make(chan error, 1)
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) {
		for range 3 { // what nobody takes any more must not hold up the goodbye
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"message"}`))
		}
		_, _, err := conn.ReadMessage()
		seen <- err
	}), DialOptions{})
	var receivers sync.WaitGroup
	for range 3 {
		receivers.Go(func() {
			for {
				if _, err := c.Receive(t.Context()); err != nil {
					return
				}
			}
		})
	}
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	receivers.Wait()
	require.True(t, websocket.IsCloseError(<-seen, websocket.CloseNormalClosure))
}

func TestSendersDoNotMixTheirFrames(t *testing.T) {
	const senders, each = 8, 25
	c := dialed(t, chattest.Scripted(t, echo), DialOptions{})
	for range senders {
		go func() {
			for range each {
				_ = c.Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`"` + strings.Repeat("x", 5000) + `"`)})
			}
		}()
	}
	for range senders * each {
		m, err := c.Receive(t.Context())
		require.NoError(t, err)
		require.Len(t, m.Data, 5002)
	}
}

func TestSendIsStoppedByItsContext(t *testing.T) {
	stuck := make(chan struct{})
	c := dialed(t, chattest.Scripted(t, func(conn *websocket.Conn) { <-stuck }), DialOptions{})
	defer close(stuck)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var err error
	for err == nil { // until the buffers on the way are full
		err = c.SendBinary(ctx, make([]byte, 1<<20))
	}
	require.ErrorIs(t, err, context.DeadlineExceeded)
	for range 100 { // the connection has ended by it, but that is not why
		require.ErrorIs(t, c.Send(ctx, frame.Frame{Event: "message"}), context.DeadlineExceeded)
	}
}

func TestDialSaysWhatItTried(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := l.Addr().String()
	l.Close()
	silent := httptest.NewServer(http.NotFoundHandler())
	defer silent.Close()
	tests := map[string]struct{ url, want string }{
		"nobody there": {"http://" + gone, "dial ws://" + gone + "/ws"},
		"other scheme": {"ftp://127.0.0.1", "use http, https, ws or wss"},
		"no host":      {"http://", "no host"},
		"not a node":   {silent.URL, "404 page not found"},
		"not an URL":   {"http://[", "dial http://["},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Dial(t.Context(), test.url, DialOptions{})
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestNodeThatNeverWelcomesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var upgrader websocket.Upgrader
		nodes := chattest.Network{}
		mute := nodes.Serve(t, "mute", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
				defer conn.Close()
				_, _, _ = conn.ReadMessage()
			}
		}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		_, err := Dial(ctx, mute, DialOptions{DialContext: nodes.Dial})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestRefusalCarriesThePause(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{MaxConns: 1})
	require.NoError(t, err)
	s := httptest.NewServer(hub)
	defer s.Close()
	dialed(t, s.URL, DialOptions{Name: "alice"})
	_, err = Dial(t.Context(), s.URL, DialOptions{})
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusServiceUnavailable, refused.Status)
	require.GreaterOrEqual(t, refused.RetryAfter, 3*time.Second)
	require.LessOrEqual(t, refused.RetryAfter, 8*time.Second)
	require.Contains(t, refused.Text, "come back in a moment")
}

// The node says that it was asked for no WebSocket. The client knows better.
func TestProxyThatLosesTheUpgradeIsNamed(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Connection")
		r.Header.Del("Upgrade")
		hub.ServeHTTP(w, r)
	}))
	defer s.Close()
	_, err = Dial(t.Context(), s.URL, DialOptions{})
	require.EqualError(t, err, "the node was not asked for a WebSocket: a proxy in front of it has to pass the headers Upgrade and Connection on")
}
