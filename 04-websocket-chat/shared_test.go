package chat

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// from connects somebody at that address; ws is nil when the node refuses.
func (n *served) from(addr string) (ws *websocket.Conn, resp *http.Response) {
	n.T.Helper()
	ws, resp, err := n.Connect("?name=mallory&room=go", http.Header{fromHeader: {addr}})
	if err != nil {
		require.ErrorIs(n.T, err, websocket.ErrBadHandshake)
		return nil, resp
	}
	n.T.Cleanup(func() { ws.Close() })
	return ws, resp
}

// floods sends so many messages from an address by a connection of its own, and leaves when all were
// handled. It returns what the client was told of those that were dropped.
func (n *served) floods(addr string, messages int, text string) (dropped []string) {
	n.T.Helper()
	ws, _ := n.from(addr)
	require.NotNil(n.T, ws)
	defer ws.Close()
	for i := range messages {
		require.NoError(n.T, ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"event":"message","data":"%s","id":%d}`, text, i)))
	}
	p := &chattest.Person{T: n.T, WS: ws}
	for answered := 0; answered < messages; {
		switch f := p.Any(); f.Event {
		case "$error":
			dropped = append(dropped, string(f.Data))
			answered++
		case "$placed":
			answered++
		}
	}
	synctest.Wait() // the last is counted when its answer is under way
	return dropped
}

// Whoever connects anew has a fresh limit as a client, and as an address the old one.
func TestLimitOfAnAddressHoldsOverItsConnections(t *testing.T) {
	const address, node = "your address sends more than 0.1 messages a second", "this node's clients send more than 0.1 messages a second"
	for name, test := range map[string]struct {
		rates SharedRates
		addrs []string // each sends 5 messages: all that one client may
		taken int64
		why   string
	}{
		"no limit":      {SharedRates{PerIP: -1}, []string{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3"}, 15, ""},
		"one address":   {SharedRates{PerIP: 0.1}, []string{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3"}, 5, address},
		"IPv6, one /64": {SharedRates{PerIP: 0.1}, []string{"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::ffff:3]:1"}, 5, address},
		"two addresses": {SharedRates{PerIP: 0.1}, []string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.1:2", "192.0.2.2:2"}, 10, address},
		"the node":      {SharedRates{PerNode: 0.1}, []string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"}, 5, node},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{RatePerSecond: 5, RateBurst: 5, Shared: test.rates}, func(t *testing.T, n *served) {
				var dropped []string
				for _, addr := range test.addrs {
					dropped = append(dropped, n.floods(addr, 5, "x")...)
				}
				require.Equal(t, test.taken, n.hub.Stats().Received)
				require.EqualValues(t, len(dropped), n.hub.Stats().RateLimited)
				require.Len(t, dropped, 5*len(test.addrs)-int(test.taken))
				for _, data := range dropped {
					require.Contains(t, data, test.why)
					require.Contains(t, data, `"rate_limited"`)
				}
			})
		})
	}
}

func TestBytesHaveALimitBesideMessages(t *testing.T) {
	const size = 900
	o := Options{RatePerSecond: 1000, RateBurst: 1000, MaxMessageBytes: 1000, MaxQueueBytes: 20_000} // 10,000 bytes at once: 10 messages and what is around them
	for name, test := range map[string]struct {
		set   func(o *Options)
		addrs []string
		taken int64
		why   string
	}{
		"no limit":    {func(o *Options) { o.BytesPerSecond = -1 }, []string{"192.0.2.1:1"}, 15, ""},
		"a client":    {func(o *Options) { o.BytesPerSecond, o.Shared.BytesPerIP = 1, -1 }, []string{"192.0.2.1:1", "192.0.2.1:2"}, 20, "dropped: more than 1 bytes a second"},
		"its address": {func(o *Options) { o.BytesPerSecond, o.Shared.BytesPerIP = -1, 1 }, []string{"192.0.2.1:1", "192.0.2.1:2"}, 10, "your address sends more than 1 bytes a second"},
		"by default":  {func(o *Options) {}, []string{"192.0.2.1:1"}, 10, "dropped: more than 131072 bytes a second"},
	} {
		t.Run(name, func(t *testing.T) {
			o := o
			test.set(&o)
			bubble(t, o, func(t *testing.T, n *served) {
				var dropped []string
				for _, addr := range test.addrs {
					dropped = append(dropped, n.floods(addr, 15, strings.Repeat("x", size))...)
				}
				synctest.Wait() // a message is counted after its sender is told
				require.Equal(t, test.taken, n.hub.Stats().Received)
				for _, data := range dropped {
					require.Contains(t, data, test.why)
				}
			})
		})
	}
}

// The largest message that a node takes is within every limit, whatever the limit is.
func TestLargestMessageIsWithinTheLimitOfBytes(t *testing.T) {
	o := Options{MaxMessageBytes: 5000, MaxQueueBytes: 2 * (5000 + frameOverhead), BytesPerSecond: 1, Shared: SharedRates{BytesPerIP: 1}}
	bubble(t, o, func(t *testing.T, n *served) {
		require.Empty(t, n.floods("192.0.2.1:1", 1, strings.Repeat("x", 4950)))
	})
}

func TestWhoeverConnectsTooOftenIsRefusedWith429(t *testing.T) {
	const address, node = "your address opens more than 0.5 connections a second (NEW_CONNS_PER_IP)", "more than 0.5 clients a second come to this node (NEW_CONNS_PER_NODE)"
	for name, test := range map[string]struct {
		rates SharedRates
		other bool // somebody at another address gets in
		why   string
	}{
		"from one address": {SharedRates{NewConnsPerIP: 0.5}, true, address},
		"in all":           {SharedRates{NewConnsPerNode: 0.5}, false, node},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{Shared: test.rates}, func(t *testing.T, n *served) {
				for range 5 { // ten seconds' at once
					ws, _ := n.from("192.0.2.1:1")
					require.NotNil(t, ws)
					ws.Close()
				}
				ws, resp := n.from("192.0.2.1:2")
				require.True(t, ws == nil, "it got in")
				status, asked := n.asks("GET", "?name=mallory", http.Header{fromHeader: {"192.0.2.1:3"}})
				require.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
				require.Equal(t, http.StatusTooManyRequests, status, "a page that asks why is told the same")
				text := new(strings.Builder)
				require.NoError(t, resp.Write(text))
				require.Contains(t, text.String(), test.why)
				require.Contains(t, asked, test.why)
				pause, err := strconv.Atoi(resp.Header.Get("Retry-After"))
				require.NoError(t, err)
				require.EqualValues(t, 1, n.hub.Stats().Hasty)
				ws, _ = n.from("192.0.2.2:1")
				require.Equal(t, test.other, ws != nil)

				time.Sleep(time.Duration(pause) * time.Second)
				ws, _ = n.from("192.0.2.1:4")
				require.NotNil(t, ws, "whoever waits as it was told gets in")
			})
		})
	}
}

// Their pages load at once, and each writes as fast as a client may.
func TestClassOfThirtyBehindOneAddressPassesNoLimit(t *testing.T) {
	const class = 30
	bubble(t, Options{}, func(t *testing.T, n *served) {
		for range 3 { // the node restarts
			pupils := make([]*websocket.Conn, class)
			for i := range pupils {
				pupils[i], _ = n.from(fmt.Sprintf("192.0.2.1:%d", i))
				require.NotNil(t, pupils[i])
				go func() { // reads to the end
					for err := error(nil); err == nil; {
						_, _, err = pupils[i].ReadMessage()
					}
				}()
			}
			for second := range 5 {
				for _, ws := range pupils {
					for range 20 + 20*max(0, 1-second) {
						require.NoError(t, ws.WriteMessage(websocket.TextMessage, []byte(`{"event":"message","data":"`+strings.Repeat("x", 50)+`"}`)))
					}
				}
				time.Sleep(time.Second)
			}
			for _, ws := range pupils {
				ws.Close()
			}
			time.Sleep(2 * time.Second)
		}
		s := n.hub.Stats()
		require.EqualValues(t, 3*class*(20+5*20), s.Received)
		require.Zero(t, s.RateLimited)
		require.Zero(t, s.Hasty)
		require.Zero(t, s.Slow)
	})
}

// A thousand clients that say nothing, behind one proxy, send pings and pongs all the same.
func TestPingsDoNotCountForTheAddress(t *testing.T) {
	bubble(t, Options{RatePerSecond: 100, Shared: SharedRates{PerIP: 0.001, PerNode: 0.001}}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		for range 100 {
			alice.Says(`{"event":"$ping"}`)
			require.Equal(t, "$pong", alice.Next().Event)
			require.NoError(t, alice.WS.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)))
			time.Sleep(time.Second)
		}
		require.Zero(t, n.hub.Stats().RateLimited)
	})
}

// Whoever has many addresses does not fill the node's memory with them.
func TestAddressesThatHaveLeftAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, err := NewHub(Options{})
		require.NoError(t, err)
		places := &hub.capacity
		stays, no := places.reserve("[2001:db8::1]:1")
		require.Nil(t, no)
		var last *source
		come := func(i int) string { return fmt.Sprintf("[2001:db8:1:%x::1]:1", i) }
		for i := range mostAbsent + 1000 {
			time.Sleep(time.Millisecond) // a node takes only so many new ones a second
			from, no := places.reserve(come(i))
			require.Nil(t, no)
			places.release(from)
			last = from
		}
		known := places.sources.known
		require.Equal(t, 1+int(places.sources.keep/time.Millisecond), len(known), "those of the last seconds, and the one that has a connection")
		require.Same(t, last, known[Address(come(mostAbsent+999))])
		require.Same(t, stays, known[Address("[2001:db8::2]:1")])

		places.newConns = nil
		for i := range 3 * mostAbsent { // faster than a node takes them
			from, _ := places.reserve(come(i))
			places.release(from)
		}
		require.Equal(t, 1+mostAbsent, len(known))
		time.Sleep(places.sources.keep)
		places.release(stays)
		require.Len(t, known, 1, "the one that has just left")
	})
}
