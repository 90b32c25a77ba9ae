package node

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// street is a listener in memory whose clients have addresses.
type street struct {
	*chattest.Pipes
	from chan string // of the next that comes
}

type housed struct {
	net.Conn
	addr net.Addr
}

func (c housed) RemoteAddr() net.Addr { return c.addr }

func (l street) Accept() (net.Conn, error) {
	conn, err := l.Pipes.Accept()
	if err != nil {
		return nil, err
	}
	return housed{conn, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(<-l.from))}, nil
}

// dialFrom is a dial from that address. One at a time may use the street.
func (l street) dialFrom(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, to string) (net.Conn, error) {
		l.from <- addr + ":1"
		return l.Dial(ctx, network, to)
	}
}

func newStreet() street { return street{chattest.NewPipes(), make(chan string, 1)} }

// inhabited is a server on a street, until the test ends.
func inhabited(t *testing.T, s *Server, o chat.Options) (street, *started) {
	l := newStreet()
	n, _, _ := runningOn(t, s, o, l, l.dialFrom("192.0.2.9"))
	return l, n
}

// keeper is a socket that has asked something and stays open.
type keeper struct {
	net.Conn
	in *bufio.Reader
}

func (l street) keeps(t *testing.T, addr string) *keeper {
	t.Helper()
	conn, err := l.dialFrom(addr)(t.Context(), "", "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	k := &keeper{conn, bufio.NewReader(conn)}
	require.NoError(t, k.asks())
	return k
}

func (k *keeper) asks() error {
	if _, err := io.WriteString(k.Conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(k.in, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// Its sockets ask again and again, so that none of them is silent for long. If it is a proxy, they are those of many; but
// nobody else can make room.
func TestAddressThatHasAllSocketsMakesRoom(t *testing.T) {
	const sockets = 16
	for name, trusted := range map[string][]netip.Prefix{"a client": nil, "a trusted proxy": {netip.MustParsePrefix("192.0.2.1/32")}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, n := inhabited(t, &Server{Sockets: sockets, Trusted: trusted}, chat.Options{})
				var asking sync.WaitGroup
				defer asking.Wait()
				for range sockets {
					conn, err := l.dialFrom("192.0.2.1")(t.Context(), "", "")
					require.NoError(t, err)
					defer conn.Close()
					k := &keeper{conn, bufio.NewReader(conn)}
					asking.Go(func() {
						for k.asks() == nil { // the last may make room at once: one place is kept free
							time.Sleep(gateSilent / 2)
						}
					})
				}
				synctest.Wait()
				client := http.Client{Timeout: time.Second, Transport: &http.Transport{DialContext: n.Dial, DisableKeepAlives: true}}
				for range 10 {
					resp, err := client.Get("http://" + n.Addr + "/readyz")
					require.NoError(t, err)
					resp.Body.Close()
				}
			})
		})
	}
}

// It is not the one that has been silent for longest, of all.
func TestAddressThatHasMostSocketsMakesRoomFirst(t *testing.T) {
	const sockets = 16
	synctest.Test(t, func(t *testing.T) {
		l, n := inhabited(t, &Server{Sockets: sockets}, chat.Options{})
		alice := l.keeps(t, "192.0.2.2")
		for range sockets - 1 {
			time.Sleep(gateSilent)
			l.keeps(t, "192.0.2.1")
		}
		time.Sleep(gateSilent)
		for range 5 {
			status, _ := n.get("/readyz")
			require.Equal(t, http.StatusOK, status)
		}
		require.NoError(t, alice.asks(), "she had asked before all of them")
	})
}

// A proxy has the sockets of many: it is no reason to take them from it that it has most of all.
func TestTrustedProxyMakesRoomLast(t *testing.T) {
	const sockets = 16
	synctest.Test(t, func(t *testing.T) {
		l, n := inhabited(t, &Server{Sockets: sockets, Trusted: []netip.Prefix{netip.MustParsePrefix("192.0.2.8/32")}}, chat.Options{})
		var proxy []*keeper
		for range sockets - 6 {
			proxy = append(proxy, l.keeps(t, "192.0.2.8"))
		}
		for range 6 {
			time.Sleep(gateSilent)
			l.keeps(t, "192.0.2.1")
		}
		time.Sleep(gateSilent)
		for range 5 {
			status, _ := n.get("/readyz")
			require.Equal(t, http.StatusOK, status)
		}
		for _, k := range proxy {
			require.NoError(t, k.asks())
		}
	})
}

// MAX_CONNS_PER_IP bounds all that an address has, and not its WebSockets alone.
func TestAddressHasAsManySocketsAsItsWebSocketsAllow(t *testing.T) {
	require.Zero(t, httpPer(0), "no limit")
	require.Equal(t, 32, httpPer(3))
	require.Equal(t, 240, httpPer(30), "six for each page of a class, and some")
	for name, began := range map[string]string{"they say nothing": "", "they begin a request": "GET / HT"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				l, n := inhabited(t, &Server{Log: slog.New(slog.NewTextHandler(&log, nil))}, chat.Options{MaxConnsPerIP: 3})
				ended := make(chan struct{}, 100)
				for range 100 {
					conn, err := l.dialFrom("192.0.2.1")(t.Context(), "", "")
					require.NoError(t, err)
					go func() {
						_, _ = io.WriteString(conn, began)
						_, _ = io.Copy(io.Discard, conn)
						ended <- struct{}{}
					}()
					time.Sleep(10 * time.Millisecond)
				}
				synctest.Wait()
				require.Len(t, ended, 100-32)
				require.Equal(t, 1, strings.Count(log.String(), "an address has as many sockets as it may"))
				status, _ := n.get("/readyz")
				require.Equal(t, http.StatusOK, status, "another address")
			})
		})
	}
}

func TestIdleSocketEndsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := inhabited(t, &Server{}, chat.Options{})
		k := l.keeps(t, "192.0.2.1")
		time.Sleep(5 * time.Second)
		require.NoError(t, k.asks(), "a page that loads one part after the other")
		began := time.Now()
		_, err := k.in.ReadByte()
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}
