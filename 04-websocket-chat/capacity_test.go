package chat

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// places is how many are taken, and how many sources have some.
func (n *served) places() (taken, sources int) {
	n.hub.capacity.mu.Lock()
	defer n.hub.capacity.mu.Unlock()
	known := n.hub.capacity.sources
	return n.hub.capacity.taken, len(known.known) - known.absent.Len()
}

// allGivenBack waits until no place is taken.
func (n *served) allGivenBack() {
	n.T.Helper()
	require.True(n.T, chattest.WaitFor(func() bool {
		taken, sources := n.places()
		return taken == 0 && sources == 0
	}), "places that nobody has any more")
}

func TestFullNodeRefusesBeforeTheUpgrade(t *testing.T) {
	for name, test := range map[string]struct {
		o    Options
		want string // "": everybody gets in
	}{
		"in all":         {Options{MaxConns: 2}, "MAX_CONNS)"},
		"from one place": {Options{MaxConnsPerIP: 2}, "MAX_CONNS_PER_IP)"},
		"both":           {Options{MaxConns: 3, MaxConnsPerIP: 2}, "MAX_CONNS_PER_IP)"},
		"no limit":       {Options{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, test.o)
			alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
			ws, resp, err := n.Connect("?name=carol", nil)
			if test.want == "" {
				require.NoError(t, err, "what the limit keeps out")
				ws.Close()
				return
			}
			require.ErrorIs(t, err, websocket.ErrBadHandshake)
			asked, err := http.Get("http://" + n.Addr + "/ws")
			require.NoError(t, err)
			defer asked.Body.Close()
			for way, resp := range map[string]*http.Response{"upgrade": resp, "no upgrade": asked} {
				require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode, way)
				pause, err := strconv.Atoi(resp.Header.Get("Retry-After"))
				require.NoError(t, err)
				require.True(t, pause >= 3 && pause <= 8, "%s: %d s", way, pause)
				require.True(t, resp.Close, "the socket is not kept: %s", way)
				text := new(strings.Builder)
				require.NoError(t, resp.Write(text))
				require.Contains(t, text.String(), test.want, way)
			}
			require.EqualValues(t, 1, n.hub.Stats().Refused, "a client that only asks is not counted")
			status, _ := n.asks("GET", "?name=", nil)
			require.Equal(t, http.StatusBadRequest, status, "waiting would not mend it")

			require.NoError(t, alice.WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(chattest.Patience)))
			require.Equal(t, 1000, alice.Closed().Code)
			_, err = alice.WS.NetConn().Read(make([]byte, 1)) // its socket has ended: its place is free
			require.Error(t, err)
			status, _ = n.asks("GET", "", nil)
			require.Equal(t, http.StatusUpgradeRequired, status)
			n.Enter("carol", "go").Does(`{"event":"message","data":1,"id":1}`)
			bob.Hears("1")
		})
	}
}

func TestPausesDiffer(t *testing.T) {
	pauses := map[string]bool{}
	for range 100 {
		w := httptest.NewRecorder()
		(&busy{status: http.StatusServiceUnavailable}).answer(w, nil)
		pauses[w.Header().Get("Retry-After")] = true
	}
	require.Greater(t, len(pauses), 1, "clients that are refused together come back together")
}

func TestWhatCountsAsOneAddress(t *testing.T) {
	const a = "192.0.2.1:1000"
	for other, same := range map[string]bool{
		"192.0.2.1:2000": true, "192.0.2.2:1000": false, "[::ffff:192.0.2.1]:5": true,
	} {
		require.Equal(t, same, Address(a) == Address(other), other)
	}
	const six = "[2001:db8:0:7::1]:1000"
	for other, same := range map[string]bool{
		"[2001:db8:0:7:ffff::2]:1": true, "[2001:db8:0:8::1]:1000": false, "[2001:db8:0:7::1%eth0]:9": true, a: false, "pipe": false,
	} {
		require.Equal(t, same, Address(six) == Address(other), other)
	}
	require.Equal(t, Address("pipe"), Address("@"), "what has no address is one")
}

// A place is reserved before the upgrade. Whoever counts connections instead lets
// in all that are being upgraded at the time.
func TestLimitIsExactWhenManyComeAtOnce(t *testing.T) {
	const most, each, comers, sources = 7, 3, 24, 3
	hub, err := NewHub(patient(Options{MaxConns: most, MaxConnsPerIP: each}))
	require.NoError(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = r.Header.Get("X-From")
		hub.ServeHTTP(w, r)
	}))
	defer s.Close()
	n := &served{&chattest.Node{T: t, Addr: strings.TrimPrefix(s.URL, "http://"), Dial: new(net.Dialer).DialContext}, hub}
	for range 10 {
		answers := make([]*websocket.Conn, comers) // nil: refused
		var asking sync.WaitGroup
		for i := range comers {
			asking.Go(func() {
				ws, resp, err := n.Connect("", http.Header{"X-From": {fmt.Sprintf("192.0.2.%d:%d", i%sources, i)}})
				if answers[i] = ws; err != nil && (resp == nil || resp.StatusCode != http.StatusServiceUnavailable) {
					t.Errorf("%v, %v", err, resp)
				}
			})
		}
		asking.Wait() // those who got in have stayed
		in, from := 0, make([]int, sources)
		for i, ws := range answers {
			if ws != nil {
				in++
				from[i%sources]++
				defer ws.Close()
			}
		}
		require.Equal(t, most, in)
		require.LessOrEqual(t, slices.Max(from), each)
		for _, ws := range answers {
			if ws != nil {
				ws.Close()
			}
		}
		n.allGivenBack()
	}
	require.EqualValues(t, 10*(comers-most), hub.Stats().Refused)
}

// However a connection ends, or does not come about, its place is free after it.
func TestPlaceIsGivenBackHoweverItEnds(t *testing.T) {
	full := Options{MaxConns: 1, MaxConnsPerIP: 1, MaxQueueBytes: 100_000, RatePerSecond: -1}
	for name, end := range map[string]func(n *served){
		"the client says goodbye": func(n *served) {
			_ = n.Enter("alice", "go").WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(chattest.Patience))
		},
		"the client vanishes":    func(n *served) { n.Enter("alice", "go").WS.NetConn().Close() },
		"it breaks the protocol": func(n *served) { a := n.Enter("alice", "go"); a.Writes([]byte{0xff, 0xff}); a.Closed(); a.WS.Close() },
		"the node closes it":     func(n *served) { a := n.Enter("alice", "go"); a.Says("\xff"); a.Closed(); a.WS.Close() },
		"the node goes away": func(n *served) {
			a := n.Enter("alice", "go")
			go n.hub.Drain(n.T.Context(), time.Hour)
			a.Closed()
			a.WS.Close()
		},
		"too slow, then vanishes": func(n *served) {
			a := n.Enter("alice", "go")
			n.flood(message(`"`+strings.Repeat("x", 20_000)+`"`, "go"))
			a.WS.NetConn().Close()
		},
		"too slow, reads the close": func(n *served) {
			a := n.Enter("alice", "go")
			n.flood(message(`"`+strings.Repeat("x", 20_000)+`"`, "go"))
			a.Closed()
		},
		"half a handshake": func(n *served) {
			n.asks("GET", "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}})
		},
		"it talks before the answer": func(n *served) {
			conn, err := n.Dial(n.T.Context(), "tcp", n.Addr)
			require.NoError(n.T, err)
			defer conn.Close()
			fmt.Fprintf(conn, chattest.Handshake+"\x81\x80", "?name=alice", n.Addr)
			_, _ = conn.Read(make([]byte, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, full)
			end(n)
			n.allGivenBack()
		})
	}
}
