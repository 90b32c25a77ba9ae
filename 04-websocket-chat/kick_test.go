package chat

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// knocks asks for a WebSocket from an address, and returns the answer.
func (n *served) knocks(name, addr string) (status int, retryAfter, sentence string) {
	n.T.Helper()
	ws, resp, err := n.Connect("?name="+name, http.Header{fromHeader: {addr}})
	if err == nil {
		ws.Close()
		return resp.StatusCode, "", ""
	}
	body := make([]byte, 1024)
	length, _ := resp.Body.Read(body)
	return resp.StatusCode, resp.Header.Get("Retry-After"), strings.TrimSpace(string(body[:length]))
}

func TestKickByNameIsForAllOfThatNameInEveryRoom(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		one, two, alice := n.Enter("mallory", "go"), n.Enter("mallory", "rust"), n.Enter("alice", "go")
		alice.Says(`{"event":"join","data":"rust"}`)
		synctest.Wait()
		kicked, err := n.hub.Kick(Kick{Name: "mallory", Reason: "no spam here", For: 10 * time.Minute})
		require.NoError(t, err)
		require.Equal(t, 2, kicked)
		for _, mallory := range []*chattest.Person{one, two} {
			closed := mallory.Closed()
			require.Equal(t, 4001, closed.Code)
			require.Equal(t, "you were asked to leave for 600 s: no spam here", closed.Text)
			require.Equal(t, 10*time.Minute, frame.KickedFor(closed.Code, closed.Text))
		}
		require.EqualValues(t, 2, n.hub.Stats().Kicked)
		require.Equal(t, 1, n.hub.Stats().Connections)
		settle()
		alice.Says(`{"event":"$ping"}`)
		for alice.Any().Event != "$pong" {
		}
		require.EqualValues(t, 0, n.hub.Refusals()[RefusedBanned])
		status, retry, sentence := n.knocks("mallory", "192.0.2.9:1")
		require.Equal(t, []any{429, "598", "you were asked to leave: no spam here; come back in 10 minutes"}, []any{status, retry, sentence})
		status, _, _ = n.knocks("alice", "192.0.2.9:1")
		require.Equal(t, 101, status)
		require.EqualValues(t, 1, n.hub.Refusals()[RefusedBanned])
	})
}

func TestBanEnds(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		_, err := n.hub.Kick(Kick{Name: "mallory", For: 2 * time.Hour})
		require.NoError(t, err, "nobody of that name is here; whoever comes is refused")
		status, retry, sentence := n.knocks("mallory", "192.0.2.9:1")
		require.Equal(t, []any{429, "3600", "you were asked to leave; come back in 2 hours"}, []any{status, retry, sentence}, "who is told more does not believe it")
		time.Sleep(2*time.Hour - time.Millisecond)
		status, retry, sentence = n.knocks("mallory", "192.0.2.9:1")
		require.Equal(t, []any{429, "1", "you were asked to leave; come back in 2 seconds"}, []any{status, retry, sentence})
		time.Sleep(time.Millisecond)
		status, _, _ = n.knocks("mallory", "192.0.2.9:1")
		require.Equal(t, 101, status)
	})
}

func TestKickByAddressAndByID(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		from := func(name, addr string) *chattest.Person {
			ws, _, err := n.Connect("?name="+name, http.Header{fromHeader: {addr}})
			require.NoError(t, err)
			p := &chattest.Person{T: t, WS: ws}
			t.Cleanup(func() { ws.Close() })
			return p
		}
		six, same, other := from("a", "[2001:db8::1]:1"), from("b", "[2001:db8::2]:2"), from("b", "192.0.2.1:3")
		synctest.Wait()
		kicked, err := n.hub.Kick(Kick{Address: Address("[2001:db8::ffff]:0"), For: time.Minute})
		require.NoError(t, err)
		require.Equal(t, 2, kicked, "of IPv6 all of a /64")
		require.Equal(t, 4001, six.Closed().Code)
		require.Equal(t, 4001, same.Closed().Code)
		status, _, _ := n.knocks("somebody", "[2001:db8::3]:1")
		require.Equal(t, 429, status)

		clients := slices.Collect(n.hub.Clients())
		require.Len(t, clients, 1)
		kicked, err = n.hub.Kick(Kick{ID: clients[0].ID, For: time.Minute})
		require.NoError(t, err)
		require.Equal(t, 1, kicked)
		require.Equal(t, "you were asked to leave for 60 s", other.Closed().Text)
		for addr, want := range map[string]int{"192.0.2.1:9": 429, "192.0.2.2:9": 101} {
			status, _, _ = n.knocks("b", addr)
			require.Equal(t, want, status, "that name at that address: %s", addr)
		}
		kicked, err = n.hub.Kick(Kick{ID: "gone", For: time.Minute})
		require.NoError(t, err)
		require.Zero(t, kicked)
	})
}

// A pipe holds nothing, and time stands still: had the kick waited, it would have gone on.
func TestKickDoesNotWaitForAClientThatDoesNotRead(t *testing.T) {
	bubble(t, Options{CloseTimeout: 3 * time.Second}, func(t *testing.T, n *served) {
		deaf, alice := n.Enter("deaf", "go"), n.Enter("alice", "go")
		for range 5 {
			n.hub.Deliver([]Event{{Name: "message", Data: []byte(`"hi"`), Rooms: []string{"go"}, Except: []string{alice.ID}}})
		}
		synctest.Wait()
		began := time.Now()
		for c := range n.hub.Clients() {
			require.Equal(t, c.Name == "deaf", c.Queue > 0, "%+v", c)
		}
		kicked, err := n.hub.Kick(Kick{Name: "deaf", For: time.Minute})
		require.NoError(t, err)
		require.Equal(t, 1, kicked)
		require.Equal(t, 1, n.hub.Stats().Connections, "it is out at once")
		require.Equal(t, time.Now(), began)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, n.hub.Sockets(), "and its socket is gone within CloseTimeout")
		require.NoError(t, deaf.WS.Close())
	})
}

// What waited for it would only keep the reason from it.
func TestKickedClientHearsTheReasonAndNoMore(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		slow := n.Enter("slow", "go")
		synctest.Wait()
		slow.Presence()
		for i := range 5 {
			n.hub.Deliver([]Event{{Name: "message", Data: fmt.Append(nil, i), Rooms: []string{"go"}}})
			synctest.Wait() // the first hangs in its write, as a pipe holds nothing
		}
		_, err := n.hub.Kick(Kick{Name: "slow", Reason: "enough", For: time.Minute})
		require.NoError(t, err)
		slow.Hears("0")
		_, _, err = slow.WS.ReadMessage()
		require.ErrorContains(t, err, "you were asked to leave for 60 s: enough")
	})
}

func TestOperatorSeesWhoIsThere(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		came := time.Now()
		time.Sleep(time.Second)
		n.Enter("bob", "rust")
		alice.Says(`{"event":"join","data":"rust"}`)
		alice.Says(`{"event":"message","data":"hi"}`)
		synctest.Wait()
		seen := map[string]Client{}
		for c := range n.hub.Clients() {
			seen[c.Name] = c
			n.hub.Stats() // the hub is free meanwhile
		}
		require.Equal(t, map[string]Client{
			"alice": {ID: alice.ID, Name: "alice", Rooms: []string{"go", "rust"}, Address: seen["alice"].Address, Since: came, Queue: seen["alice"].Queue, Messages: 1},
			"bob":   {ID: seen["bob"].ID, Name: "bob", Rooms: []string{"rust"}, Address: seen["bob"].Address, Since: came.Add(time.Second), Queue: seen["bob"].Queue},
		}, seen)
		for range n.hub.Clients() {
			break
		}
	})
}

// A request is looked at, and then becomes a connection: a kick may come between the two.
func TestNobodyComesInWhileAKickIsUnderWay(t *testing.T) {
	hub, err := NewHub(patient(Options{}))
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, no := hub.check(r, "01234567890123456789")
		require.Zero(t, no.status)
		from, full := hub.capacity.reserve(r.RemoteAddr)
		require.Nil(t, full)
		kicked, err := hub.Kick(Kick{Name: "mallory", For: time.Minute})
		require.NoError(t, err)
		require.Zero(t, kicked, "she is nowhere yet")
		go hub.upgrade(w, r, from, asked).read()
	}))
	t.Cleanup(func() {
		hub.Drain(context.Background(), 20*time.Millisecond)
		server.Close()
	})
	n := &served{&chattest.Node{T: t, Addr: strings.TrimPrefix(server.URL, "http://"), Dial: new(net.Dialer).DialContext}, hub}
	require.Equal(t, 4001, n.Enter("mallory", "go").Closed().Code)
	n.settled(0)
}
