package node

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// at is a listener with an address and nothing else.
type at struct {
	net.Listener
	ip string
}

func (l at) Addr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(l.ip), Port: 3000} }

func TestNamesUnderWhichANodeAnswers(t *testing.T) {
	listed := []string{"Chat.Example.com", "10.0.0.5", "2001:db8::5"}
	for _, c := range []struct {
		what, ip string
		names    []string
		yes, no  []string
	}{
		{"on loopback", "127.0.0.1", nil,
			[]string{"localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST", "n1.localhost:3000", "localhost.", "127.0.0.9"},
			[]string{"evil.example:3000", "", "10.0.0.5:3000", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0:3000", "\x1b[2J"}},
		{"on loopback, IPv6", "::1", nil, []string{"localhost:3000"}, []string{"evil.example:3000"}},
		{"on loopback, behind a proxy", "127.0.0.1", listed,
			[]string{"chat.example.com", "CHAT.example.com:443", "chat.example.com.", "10.0.0.5:3000", "[2001:db8::5]:3000", "localhost:3000"},
			[]string{"evil.example", "a.chat.example.com", "10.0.0.6"}},
		{"on all, unknown", "::", nil, []string{"chat.example.com", "evil.example", "10.0.0.5:3000", "", "localhost"}, nil},
		{"on all, listed", "::", listed, []string{"chat.example.com", "10.0.0.5", "127.0.0.1:3000"}, []string{"evil.example", ""}},
		{"any", "127.0.0.1", []string{"*"}, []string{"evil.example", ""}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			handler := AllowHosts(c.names, at{ip: c.ip}, says("hello"), slog.New(slog.DiscardHandler))
			status := func(host, path string) (int, string) {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Host = host
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				return w.Code, w.Body.String()
			}
			for _, host := range c.yes {
				code, _ := status(host, "/")
				require.Equal(t, http.StatusOK, code, host)
			}
			for _, host := range c.no {
				for _, path := range []string{"/", "/ws?name=eve", "/metrics", "/readyz/", "/page/chat.js"} {
					code, why := status(host, path)
					require.Equal(t, http.StatusMisdirectedRequest, code, host+path)
					require.Regexp(t, `^this node does not answer under [ -~]+: on its own machine it is localhost; its operator can allow other names \(ALLOWED_HOSTS\)\n$`, why)
				}
				for _, path := range []string{"/healthz", "/readyz"} { // a balancer asks by an address
					code, _ := status(host, path)
					require.Equal(t, http.StatusOK, code, host+path)
				}
			}
		})
	}
}

// listening is a node as its program runs it, until the test ends.
func listening(t *testing.T, c *Config) (port string, log *bytes.Buffer, stop func()) {
	t.Helper()
	l, err := c.Listen()
	require.NoError(t, err)
	hub, err := chat.NewHub(c.Hub)
	require.NoError(t, err)
	log = &bytes.Buffer{} // read when the server has ended
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- (&Server{Hub: hub, Page: says("the page"), Hosts: c.AllowedHosts, Log: slog.New(slog.NewTextHandler(log, nil))}).Run(ctx, l)
	}()
	end := func() error { cancel(); return <-ended }
	stop = func() { require.NoError(t, end()); ended <- nil }
	t.Cleanup(func() { _ = end() })
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), log, stop
}

func config(t *testing.T, args ...string) *Config {
	t.Helper()
	c := &Config{}
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	c.Register(fs)
	require.NoError(t, Parse(fs, append([]string{"-port", "0"}, args...)))
	return c
}

// A page of evil.example whose name leads to 127.0.0.1 by now: Origin and Host are the same.
func TestForeignNameThatLeadsHereIsRefused(t *testing.T) {
	port, log, stop := listening(t, config(t))
	url := "ws://127.0.0.1:" + port + "/ws"
	for range 100 {
		conn, resp, err := websocket.DefaultDialer.Dial(url, http.Header{"Host": {"evil.example:" + port}, "Origin": {"http://evil.example:" + port}})
		if err == nil {
			conn.Close()
		}
		require.ErrorIs(t, err, websocket.ErrBadHandshake)
		require.Equal(t, http.StatusMisdirectedRequest, resp.StatusCode)
	}
	conn, _, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {"http://127.0.0.1:" + port}})
	require.NoError(t, err)
	conn.Close()
	stop()
	require.Equal(t, 1, strings.Count(log.String(), "refused a request under a name that is not allowed"), log.String())
	require.Contains(t, log.String(), "host=evil.example")
}

// A proxy on this machine hands on the name that clients use.
func TestNodeThatAllReachAnswersAProxyOnItsMachine(t *testing.T) {
	port, _, _ := listening(t, config(t, "-listen-host", "0.0.0.0"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+"/", nil)
	require.NoError(t, err)
	r.Host = "chat.example.com"
	resp, err := new(http.Transport).RoundTrip(r)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

// requireFor6 skips where there is no IPv6.
func requireFor6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6: ", err)
	}
	l.Close()
}

func TestNodeListensOnThisMachineAloneUnlessToldOtherwise(t *testing.T) {
	requireFor6(t)
	port, _, stop := listening(t, config(t))
	for _, host := range []string{"127.0.0.1", "::1"} {
		resp, err := http.Get("http://" + net.JoinHostPort(host, port) + "/")
		require.NoError(t, err)
		resp.Body.Close()
		require.Equal(t, http.StatusOK, resp.StatusCode)
	}
	own, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, addr := range own {
		if ip := addr.(*net.IPNet).IP; !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
			_, err := net.Dial("tcp", net.JoinHostPort(ip.String(), port))
			require.ErrorIs(t, err, syscall.ECONNREFUSED, ip)
		}
	}
	stop()
	for _, host := range []string{"127.0.0.1", "::1"} {
		_, err := net.Dial("tcp", net.JoinHostPort(host, port))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
}

func TestPortThatIsTakenAtOneOfBothAddressesIsTold(t *testing.T) {
	requireFor6(t)
	for _, taken := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", taken)
		require.NoError(t, err)
		c := config(t)
		c.Port = l.Addr().(*net.TCPAddr).Port
		_, err = c.Listen()
		require.ErrorContains(t, err, fmt.Sprintf("listen on port %d: ", c.Port))
		require.ErrorContains(t, err, "choose another PORT")
		l.Close()
	}
}

// An Accept that fails, as when no descriptor is left, is the server's to wait for.
func TestErrorOfOneListenerIsHandedOn(t *testing.T) {
	failing, working := &fails{err: syscall.EMFILE}, &fails{err: net.ErrClosed}
	b := newBoth(failing, working)
	seen := map[error]bool{}
	for !seen[syscall.EMFILE] || !seen[net.ErrClosed] {
		_, err := b.Accept()
		seen[err] = true
	}
	require.NoError(t, b.Close())
	_, err := b.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorIs(t, b.Close(), net.ErrClosed)
}

type fails struct {
	net.Listener
	err error
}

func (f *fails) Accept() (net.Conn, error) { return nil, f.err }
func (f *fails) Close() error              { return nil }

func TestHostsThatCannotBeAreRefused(t *testing.T) {
	for _, value := range []string{"http://chat.example.com", "chat.example.com:443", "*.example.com", "a b", "10.0.0.0/8", "u:secret@h"} {
		c := &Config{}
		fs := flag.NewFlagSet("node", flag.ContinueOnError)
		c.Register(fs)
		err := Parse(fs, []string{"-allowed-hosts", value})
		require.ErrorContains(t, err, "want names and addresses alone, without scheme and port, as in chat.example.com,10.0.0.5, or *")
		require.NotContains(t, err.Error(), "secret")
	}
	require.Equal(t, []string{"a", "[::1]", "*"}, config(t, "-allowed-hosts", "a, [::1],*").AllowedHosts)
}
