package broadcast_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/chattest"
	broadcast "example.com/redis-chat/04-websocket-chat/exercises/one-encode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reader is one client, and the node's end of its connection.
type reader struct {
	atNode *websocket.Conn
	has    []string // what it has read
}

// readers connects so many clients, in memory. Each reads all that comes.
func readers(t *testing.T, n int) (all []*reader) {
	t.Helper()
	accepted := make(chan *websocket.Conn)
	network := chattest.Network{}
	network.Serve(t, "node", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var upgrader websocket.Upgrader
		if ws, err := upgrader.Upgrade(w, r, nil); err == nil {
			accepted <- ws
		}
	}))
	node := &chattest.Node{T: t, Addr: "node:80", Dial: network.Dial}
	for range n {
		ws, _, err := node.Connect("", nil)
		require.NoError(t, err)
		r := &reader{atNode: <-accepted}
		all = append(all, r)
		t.Cleanup(func() { r.atNode.Close(); ws.Close() })
		go func() {
			for {
				_, text, err := ws.ReadMessage()
				if err != nil {
					return
				}
				r.has = append(r.has, string(text))
			}
		}()
	}
	return all
}

func conns(all []*reader) (conns []*websocket.Conn) {
	for _, r := range all {
		conns = append(conns, r.atNode)
	}
	return conns
}

// line counts how often it is encoded.
type line struct {
	text  string
	times atomic.Int64
}

func (l *line) MarshalJSON() ([]byte, error) {
	l.times.Add(1)
	return json.Marshal(map[string]string{"data": l.text})
}

// impossible cannot be JSON.
type impossible struct{}

func (impossible) MarshalJSON() ([]byte, error) { return nil, errors.New("impossible") }

func TestAHundredReadersAndOneEncoding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, gone = 100, 42
		all := readers(t, n)
		all[gone].atNode.NetConn().Close()
		hi := &line{text: "hi"}
		failed, err := broadcast.Broadcast(conns(all), hi)
		synctest.Wait()
		if times := hi.times.Load(); times != 1 {
			t.Errorf("%d readers, and the value was encoded %d times, want once", n, times)
		}
		without := 0
		for i, r := range all {
			if i != gone && len(r.has) == 0 {
				without++
			}
		}
		switch {
		case without > 0:
			t.Fatalf("one connection of %d is broken, and %d of the others have got nothing", n, without)
		case err != nil:
			t.Fatalf("one connection of %d is broken, which is no error of the value, but Broadcast returned: %v", n, err)
		case !slices.Equal(failed, []*websocket.Conn{all[gone].atNode}):
			t.Fatalf("one connection of %d is broken, and Broadcast named %d as failed, want that one", n, len(failed))
		}
		for i, r := range all {
			var got map[string]string
			if i != gone && (len(r.has) != 1 || json.Unmarshal([]byte(r.has[0]), &got) != nil || got["data"] != "hi") {
				t.Fatalf(`reader %d has %q, want one frame, {"data":"hi"}`, i, r.has)
			}
		}
	})
}

func TestWhatIsNoJSONReachesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := readers(t, 3)
		failed, err := broadcast.Broadcast(conns(all), impossible{})
		synctest.Wait()
		if err == nil {
			t.Error("the value cannot be JSON, and Broadcast returned no error")
		}
		if len(failed) > 0 {
			t.Errorf("the value cannot be JSON, and Broadcast blames %d connections", len(failed))
		}
		for i, r := range all {
			if len(r.has) > 0 {
				t.Errorf("the value cannot be JSON, and yet reader %d has got a frame: %q", i, r.has[0])
			}
		}
	})
}
