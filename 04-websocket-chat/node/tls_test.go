package node

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/keypair"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

// secured is a node that speaks TLS, and what its clients speak with it.
type secured struct {
	*started
	pair   certtest.Certificate
	client *tls.Config
	plain  func(ctx context.Context, network, addr string) (net.Conn, error)
	stop   func()
	ended  chan error
}

// withTLS starts a node with a certificate. Its clients offer HTTP/2 first, as browsers do that ask for a page.
func withTLS(t *testing.T, s *Server, o chat.Options, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) *secured {
	t.Helper()
	authority := certtest.NewAuthority(t)
	n := &secured{pair: authority.Issue(time.Hour, "localhost"), plain: dial}
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	n.client = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", NextProtos: []string{"h2", "http/1.1"}}
	require.True(t, n.client.RootCAs.AppendCertsFromPEM(pem))
	s.TLS, err = keypair.Load("TLS", n.pair.CertFile, n.pair.KeyFile)
	require.NoError(t, err)
	n.started, n.stop, n.ended = runningOn(t, s, o, l, n.dialTLS)
	return n
}

func (n *secured) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := n.plain(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	client := tls.Client(conn, n.client)
	return client, client.HandshakeContext(ctx)
}

// overTCP is such a node on a port.
func overTCP(t *testing.T, s *Server, o chat.Options) *secured {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return withTLS(t, s, o, l, new(net.Dialer).DialContext)
}

func TestNodeSpeaksTLSWithPagesAndWebSockets(t *testing.T) {
	n := overTCP(t, &Server{Page: says("the page"), Grace: time.Second}, chat.Options{})
	status, body := n.get("/") // on a connection that TLS has made
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "the page", body)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Says(`{"event":"message","data":"hi"}`)
	bob.Hears(`"hi"`)
	large := `"` + strings.Repeat("x", 40_000) + `"` // some records of TLS
	bob.Says(`{"event":"message","data":` + large + `}`)
	alice.Hears(large)
	n.stop()
	require.Equal(t, 1001, alice.Closed().Code)
	require.Equal(t, 1001, bob.Closed().Code)
	require.NoError(t, <-n.ended)
}

// A WebSocket cannot be had over HTTP/2 here. A client that wants nothing else is told so by TLS itself.
func TestTLSOffersNoHTTP2(t *testing.T) {
	n := overTCP(t, &Server{Page: says("the page")}, chat.Options{})
	conn, err := n.dialTLS(t.Context(), "tcp", n.Addr)
	require.NoError(t, err)
	require.Equal(t, "http/1.1", conn.(*tls.Conn).ConnectionState().NegotiatedProtocol)
	conn.Close()

	client := http.Client{Transport: &http.Transport{TLSClientConfig: n.client, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	resp, err := client.Get("https://" + n.Addr + "/")
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, "HTTP/1.1", resp.Proto)

	n.client = n.client.Clone()
	n.client.NextProtos = []string{"h2"}
	_, err = n.dialTLS(t.Context(), "tcp", n.Addr)
	require.ErrorContains(t, err, "no application protocol")
}

func TestTLSIs12OrNewer(t *testing.T) {
	n := overTCP(t, &Server{}, chat.Options{})
	for version, takes := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		n.client = n.client.Clone()
		n.client.MinVersion, n.client.MaxVersion = version, version
		conn, err := n.dialTLS(t.Context(), "tcp", n.Addr)
		if conn != nil {
			conn.Close()
		}
		require.Equal(t, takes, err == nil, "%s: %v", tls.VersionName(version), err)
	}
}

func TestHTTPAtThePortOfTLSIsToldSo(t *testing.T) {
	n := overTCP(t, &Server{}, chat.Options{})
	conn, err := n.plain(t.Context(), "tcp", n.Addr)
	require.NoError(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, chattest.Handshake, "?name=alice", n.Addr)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	said, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(said), "HTTP request to an HTTPS server", "package client looks for these words")
}

func TestPageWithoutTLSIsNoPageOfANodeWithTLS(t *testing.T) {
	n := overTCP(t, &Server{}, chat.Options{})
	for origin, want := range map[string]int{"https://" + n.Addr: 101, "http://" + n.Addr: 403} {
		ws, resp, err := n.Connect("", http.Header{"Origin": {origin}})
		require.Equal(t, want, resp.StatusCode, origin)
		if err == nil {
			ws.Close()
		}
	}
}

func TestNewCertificateNeedsNoRestart(t *testing.T) {
	n := overTCP(t, &Server{}, chat.Options{})
	alice := n.Enter("alice", "go")
	shown := func() []byte {
		conn, err := n.dialTLS(t.Context(), "tcp", n.Addr)
		require.NoError(t, err)
		defer conn.Close()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Raw
	}
	require.Equal(t, n.pair.Certificate.Certificate[0], shown())
	authority := certtest.NewAuthority(t)
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	require.True(t, n.client.RootCAs.AppendCertsFromPEM(pem))
	next := authority.Issue(time.Hour, "localhost")
	require.NoError(t, os.Rename(next.CertFile, n.pair.CertFile))
	require.NoError(t, os.Rename(next.KeyFile, n.pair.KeyFile))
	require.Eventually(t, func() bool { return string(shown()) == string(next.Certificate.Certificate[0]) }, chattest.Patience, 50*time.Millisecond)
	alice.HearsNothing() // and whoever is connected stays
}

// TLS has an end of its own. Without it, the other side is gone all the same.
func TestClientThatVanishesLeavesThoughTLSHasNotEnded(t *testing.T) {
	n := overTCP(t, &Server{}, chat.Options{})
	alice := n.Enter("alice", "go")
	require.NoError(t, alice.WS.NetConn().(*tls.Conn).NetConn().Close())
	require.Eventually(t, func() bool { return n.hub.Stats().Connections == 0 }, chattest.Patience, time.Millisecond)
}

// Who says nothing, not even a greeting of TLS, and who does not read, hold a socket no longer than without TLS.
func TestWhoHangsInAHandshakeIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := chattest.NewPipes()
		n := withTLS(t, &Server{}, chat.Options{}, l, l.Dial)
		for name, hang := range map[string]string{"silent": "", "half a greeting": "\x16\x03\x01\x02\x00\x01"} {
			conn, err := n.plain(t.Context(), "", "")
			require.NoError(t, err)
			_, err = io.WriteString(conn, hang)
			require.NoError(t, err)
			began := time.Now()
			_, _ = io.Copy(io.Discard, conn)
			require.Equal(t, 5*time.Second, time.Since(began), name)
			conn.Close()
		}
	})
}

// To a client that reads nothing a farewell of TLS takes five seconds; the gate, which all others wait for, sends none.
func TestSocketThatMakesRoomIsNotWaitedFor(t *testing.T) {
	n := overTCP(t, &Server{Sockets: 2}, chat.Options{})
	n.client.MaxVersion = tls.VersionTLS12 // whose server sends nothing after a handshake
	var silent []net.Conn
	for range 2 {
		conn, err := n.dialTLS(t.Context(), "tcp", n.Addr)
		require.NoError(t, err)
		defer conn.Close()
		silent = append(silent, conn)
	}
	status, _ := n.get("/readyz")
	require.Equal(t, http.StatusOK, status)
	last, err := io.ReadAll(silent[0].(*tls.Conn).NetConn())
	require.NoError(t, err)
	require.Empty(t, last)
}
