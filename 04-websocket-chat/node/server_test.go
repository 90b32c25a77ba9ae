package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// started is a Server that runs in memory, until the test ends.
type started struct {
	*chattest.Node
	hub *chat.Hub
}

// running starts a Server; stop ends it as its program's context would.
func running(t *testing.T, s *Server) (n *started, stop context.CancelFunc, ended chan error) {
	t.Helper()
	l := chattest.NewPipes()
	return runningOn(t, s, chat.Options{RatePerSecond: -1}, l, l.Dial)
}

func runningOn(t *testing.T, s *Server, o chat.Options, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) (n *started, stop context.CancelFunc, ended chan error) {
	t.Helper()
	hub, err := chat.NewHub(o)
	require.NoError(t, err)
	s.Hub = hub
	ctx, stop := context.WithCancel(t.Context())
	ended = make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		ended <- s.Run(ctx, l)
	}()
	t.Cleanup(func() { stop(); <-gone })
	return &started{&chattest.Node{T: t, Addr: l.Addr().String(), Dial: dial}, hub}, stop, ended
}

func (n *started) get(path string) (status int, body string) {
	n.T.Helper()
	client := http.Client{Transport: &http.Transport{DialContext: n.Dial, DisableKeepAlives: true}}
	resp, err := client.Get("http://" + n.Addr + path)
	require.NoError(n.T, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(n.T, err)
	return resp.StatusCode, string(text)
}

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
}

func TestServerServesAllOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reason := ""
		n, _, _ := running(t, &Server{
			Page: says("the page"), Metrics: says("chat_connections 0"),
			Ready: func() (string, bool) { return reason, reason == "" },
		})
		for path, want := range map[string]string{
			"/": "the page", "/page/chat.js": "the page", "/metrics": "chat_connections 0",
			"/healthz": "ok\n", "/readyz": `{"ready":true}` + "\n",
		} {
			status, body := n.get(path)
			require.Equal(t, http.StatusOK, status, path)
			require.Equal(t, want, body, path)
		}
		status, _ := n.get("/ws")
		require.Equal(t, http.StatusUpgradeRequired, status)
		reason = "the replica is quiet"
		status, body := n.get("/readyz")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, `{"ready":false,"reason":"the replica is quiet"}`+"\n", body)
		status, _ = n.get("/healthz")
		require.Equal(t, http.StatusOK, status, "alive, though not ready")
	})
}

func TestServerWithoutPageAndMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := running(t, &Server{})
		for _, path := range []string{"/", "/metrics"} {
			status, _ := n.get(path)
			require.Equal(t, http.StatusNotFound, status, path)
		}
		status, _ := n.get("/readyz")
		require.Equal(t, http.StatusOK, status)
	})
}

func TestServerEndsInPeace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, stop, ended := running(t, &Server{Page: says("the page"), Grace: 5 * time.Second})
		alice := n.Enter("alice", "go")
		deaf := n.Enter("deaf", "go")
		synctest.Wait()
		began := time.Now()
		stop()
		require.Equal(t, 1001, alice.Closed().Code)
		synctest.Wait()
		status, body := n.get("/readyz")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Contains(t, body, "going away")
		status, _ = n.get("/healthz")
		require.Equal(t, http.StatusOK, status)
		status, _ = n.get("/ws")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.NoError(t, <-ended)
		require.LessOrEqual(t, time.Since(began), 5*time.Second)
		_, err := n.Dial(t.Context(), "", "")
		require.ErrorIs(t, err, net.ErrClosed)
		deaf.WS.Close()
	})
}

// A balancer needs time to notice. Until then it sends clients here, and clients that were closed would come back.
func TestServerIsNotReadyBeforeItCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, stop, ended := running(t, &Server{Delay: 3 * time.Second, Grace: 5 * time.Second})
		alice := n.Enter("alice", "go")
		synctest.Wait()
		stop()
		synctest.Wait()
		status, body := n.get("/readyz")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Contains(t, body, "going away")
		time.Sleep(2 * time.Second)
		bob := n.Enter("bob", "go") // whom the balancer still sends
		bob.Says(`{"event":"message","data":1}`)
		alice.Hears("1")
		began := time.Now()
		require.Equal(t, 1001, alice.Closed().Code)
		require.Equal(t, time.Second, time.Since(began))
		require.Equal(t, 1001, bob.Closed().Code)
		require.NoError(t, <-ended)
	})
}

func TestTrustedProxyTellsWhoCounts(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	hub, err := chat.NewHub(chat.Options{MaxConnsPerIP: 1})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Server{Hub: hub, Trusted: trusted, Grace: time.Second}).Run(ctx, l) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	n := &chattest.Node{T: t, Addr: l.Addr().String(), Dial: new(net.Dialer).DialContext}
	enters := func(client string) int {
		ws, resp, err := n.Connect("", http.Header{"X-Forwarded-For": {client}})
		if err == nil {
			t.Cleanup(func() { ws.Close() })
		}
		return resp.StatusCode
	}
	require.Equal(t, 101, enters("203.0.113.7"))
	require.Equal(t, 503, enters("203.0.113.7"))
	require.Equal(t, 503, enters("198.51.100.1, 203.0.113.7"), "what the client has written counts for nothing")
	require.Equal(t, 101, enters("203.0.113.8"))
}

func TestRequestThatHangsDoesNotKeepTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		n, stop, ended := running(t, &Server{Grace: time.Second, Metrics: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })})
		go func() {
			conn, err := n.Dial(t.Context(), "", "")
			if err == nil {
				fmt.Fprint(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
				_, _ = io.Copy(io.Discard, conn)
			}
		}()
		synctest.Wait()
		began := time.Now()
		stop()
		require.NoError(t, <-ended)
		require.LessOrEqual(t, time.Since(began), time.Second)
		close(release)
	})
}

func TestConnectionsThatNeverAskedDoNotKeepTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, stop, ended := running(t, &Server{Grace: 10 * time.Second})
		conn, err := n.Dial(t.Context(), "", "") // as a browser does in advance
		require.NoError(t, err)
		defer conn.Close()
		synctest.Wait()
		began := time.Now()
		stop()
		require.NoError(t, <-ended)
		require.LessOrEqual(t, time.Since(began), 200*time.Millisecond)
	})
}

// unclosable is a listener that cannot be closed without an error.
type unclosable struct{ net.Listener }

func (l unclosable) Close() error {
	return errors.Join(errors.New("the disk is full"), l.Listener.Close())
}

func TestServerSaysWhatFailedAtItsEnd(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Server{Hub: hub}).Run(ctx, unclosable{l}) }()
	n := &started{Node: &chattest.Node{T: t, Addr: l.Addr().String(), Dial: new(net.Dialer).DialContext}}
	n.get("/healthz") // it serves
	stop()
	err = <-ended
	require.ErrorContains(t, err, "stop serving on "+l.Addr().String())
	require.ErrorContains(t, err, "the disk is full")
}

func TestServerSaysWhyItCannotServe(t *testing.T) {
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	require.ErrorContains(t, (&Server{Hub: hub}).Run(t.Context(), l), "serve on "+l.Addr().String())
}

func TestReadinessOfAPartIsAskedByItsName(t *testing.T) {
	n, stop, ended := running(t, &Server{Part: func(name string) (string, bool) { return name + " is quiet", name == "set-a" }})
	for query, want := range map[string]int{"": 200, "?part=set-a": 200, "?part=set-b": 503} {
		status, body := n.get("/readyz" + query)
		require.Equal(t, want, status, body)
	}
	_, body := n.get("/readyz?part=set-b")
	require.Equal(t, `{"ready":false,"reason":"set-b is quiet"}`+"\n", body)
	stop()
	require.NoError(t, <-ended)
}
