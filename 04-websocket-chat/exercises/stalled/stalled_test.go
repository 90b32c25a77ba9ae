package stalled_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/exercises/stalled"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = 10_000 // bytes

// node serves a room, in memory: connections hold no byte that nobody has read, and time stands still while anything goes on.
type node struct {
	*stalled.Room
	t    *testing.T
	node *chattest.Node

	mu      sync.Mutex
	serving int // calls of Serve
}

func serve(t *testing.T) *node {
	n := &node{Room: stalled.New(limit), t: t}
	network := chattest.Network{}
	network.Serve(t, "node", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var upgrader websocket.Upgrader
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		n.count(+1)
		defer n.count(-1)
		n.Serve(ws)
	}))
	n.node = &chattest.Node{T: t, Addr: "node:80", Dial: network.Dial}
	return n
}

func (n *node) count(by int) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.serving += by
	return n.serving
}

// connect connects somebody, who reads nothing yet.
func (n *node) connect() *websocket.Conn {
	ws, _, err := n.node.Connect("", nil)
	require.NoError(n.t, err)
	n.t.Cleanup(func() { ws.Close(); synctest.Wait() })
	synctest.Wait()
	return ws
}

// reader reads all that comes.
type reader struct {
	mu   sync.Mutex
	has  []string
	left error
}

func (r *reader) read(ws *websocket.Conn) {
	for {
		_, text, err := ws.ReadMessage()
		r.mu.Lock()
		if err != nil {
			r.left = err
			r.mu.Unlock()
			return
		}
		r.has = append(r.has, string(text))
		r.mu.Unlock()
	}
}

func (n *node) reader() *reader {
	r := &reader{}
	go r.read(n.connect())
	return r
}

// line is the n-th line, of 100 bytes.
func line(n int) []byte {
	return append(fmt.Appendf(nil, "%d ", n), bytes.Repeat([]byte("x"), 100)...)[:100]
}

// say says a line, waits until nobody can go on, and returns how long Say has waited for somebody, at most a minute.
func (n *node) say(line []byte) (waited time.Duration) {
	began, returned := time.Now(), make(chan struct{})
	go func() {
		defer close(returned)
		n.Say(line)
	}()
	select {
	case <-returned:
	case <-time.After(time.Minute):
	}
	synctest.Wait()
	return time.Since(began)
}

// The number of this exercise.
func TestNinetyNineReadersGetAllLinesWhileOneIsStalled(t *testing.T) {
	const readers, lines = 99, 200
	synctest.Test(t, func(t *testing.T) {
		n := serve(t)
		n.connect() // reads nothing, to the end
		var all []*reader
		for range readers {
			all = append(all, n.reader())
		}
		for i := range lines {
			if waited := n.say(line(i)); waited > 0 {
				t.Fatalf("one of %d clients reads nothing, and Say has waited %v for it, at line %d", readers+1, waited, i+1)
			}
		}
		for _, r := range all {
			if len(r.has) != lines {
				t.Fatalf("one of %d clients reads nothing, and another has %d of %d lines", readers+1, len(r.has), lines)
			}
			for i, got := range r.has {
				if got != string(line(i)) {
					t.Fatalf("line %d of a client is %.10q…, want %.10q…", i+1, got, line(i))
				}
			}
		}
	})
}

func TestWhoeverIsTooSlowIsOutAtTheLimitAndLearnsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := serve(t)
		slow := n.connect()
		for i := range 90 {
			n.say(line(i))
		}
		if n.Size() != 1 {
			t.Fatalf("%d bytes may wait, %d wait for a client that reads nothing, and %d clients are in the room, want 1", limit, 90*100, n.Size())
		}
		for i := range 20 {
			n.say(line(90 + i))
		}
		if n.Size() != 0 {
			t.Fatalf("%d bytes may wait, %d would wait for a client that reads nothing, and it is still in the room", limit, 110*100)
		}
		r := &reader{}
		go r.read(slow) // it wakes up
		synctest.Wait()
		if !websocket.IsCloseError(r.left, websocket.CloseTryAgainLater) {
			t.Fatalf("the slow client wakes up in time; it is told %v, want a close frame with the code %d", r.left, websocket.CloseTryAgainLater)
		}
		if len(r.has) > 1 {
			t.Errorf("the slow client wakes up, and has %d lines before its close frame, want at most the one that was being written", len(r.has))
		}
	})
}

func TestTheLimitIsOneOfBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := serve(t)
		n.connect()
		for range 5000 {
			n.say([]byte("x"))
		}
		if n.Size() != 1 {
			t.Fatalf("5000 lines of one byte wait for a client, %d bytes may, and it is out", limit)
		}
		for range 3 {
			n.say(bytes.Repeat([]byte("x"), limit/2))
		}
		if n.Size() != 0 {
			t.Fatalf("5000 lines of one byte and three of %d wait for a client, %d bytes may, and it is still in the room", limit/2, limit)
		}
	})
}

func TestNothingIsLeftOfAClientThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := serve(t)
		n.connect() // reads nothing, and not much is said
		leaves := n.connect()
		if n.count(0) != 2 || n.Size() != 2 {
			t.Fatalf("2 clients have come, %d calls of Serve are running, and %d clients are in the room, want 2 and 2", n.count(0), n.Size())
		}
		leaves.Close()
		synctest.Wait()
		if n.count(0) != 1 || n.Size() != 1 {
			t.Fatalf("one of 2 clients has gone, %d calls of Serve are running, and %d clients are in the room, want 1 and 1", n.count(0), n.Size())
		}
		n.say(line(1))
		time.Sleep(stalled.WriteTimeout + time.Second)
		synctest.Wait()
		if n.count(0) != 0 || n.Size() != 0 {
			t.Fatalf("a client has taken nothing for %v, %d calls of Serve are running, and %d clients are in the room, want 0 and 0",
				stalled.WriteTimeout+time.Second, n.count(0), n.Size())
		}
	})
}

func TestAQuietHourDoesNoHarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := serve(t)
		r := n.reader()
		n.say(line(1))
		time.Sleep(time.Hour)
		n.say(line(2))
		if len(r.has) != 2 {
			t.Fatalf("a line was said, and another after a quiet hour: a client that reads has %d of 2", len(r.has))
		}
	})
}
