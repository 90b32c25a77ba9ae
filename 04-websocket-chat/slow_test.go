package chat

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// frameBytes is what one event takes in a queue.
func frameBytes(e Event) int {
	frame, _ := e.appendFrame(nil, nil)
	return len(frame)
}

func (n *served) conn(p *chattest.Person) *Conn {
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	return n.hub.conns[p.ID]
}

// flood delivers e until the hub has closed somebody for being slow.
func (n *served) flood(e Event) (delivered int) {
	n.T.Helper()
	for n.hub.Stats().Slow == 0 {
		n.hub.Deliver([]Event{e})
		delivered++
		require.Less(n.T, delivered, 1_000_000, "nobody is ever too slow")
	}
	return delivered
}

// A pipe holds nothing, so what the slow client has not read is in its queue,
// and time stands still: had anybody waited for anything, it would have gone on.
func TestSlowClientIsClosedAtTheByteLimitAndDelaysNobody(t *testing.T) {
	const limit = 100_000
	bubble(t, Options{MaxQueueBytes: limit}, func(t *testing.T, n *served) {
		slow, bob := n.Enter("slow", "go"), n.Enter("bob", "go")
		heard := make(chan int)
		count := 0
		go func() {
			defer close(heard)
			_ = bob.WS.SetReadDeadline(time.Time{})
			for {
				_, text, err := bob.WS.ReadMessage()
				if err != nil {
					return
				}
				if strings.Contains(string(text), `"message"`) {
					count++
				}
			}
		}()
		settle()
		conn := n.conn(slow)
		began := time.Now()
		e := message(`"`+strings.Repeat("x", 1000)+`"`, "go")
		for i := 1; n.hub.Stats().Slow == 0; i++ {
			n.hub.Deliver([]Event{e})
			synctest.Wait()
			require.Equal(t, i, count, "bob has it already")
			require.LessOrEqual(t, conn.out.bytes, limit+200)
		}
		require.InDelta(t, limit, count*frameBytes(e), 3000, "closed at the limit, not before and not after")
		require.True(t, n.hub.mu.TryLock(), "a write hangs, but nobody's lock")
		n.hub.mu.Unlock()
		require.Equal(t, began, time.Now(), "nobody has waited")
		require.Equal(t, 1, n.hub.Stats().Connections, "it is out of all rooms at once")
		require.Less(t, conn.out.bytes, 70_000, "what waited is dropped; what is being written is not")

		time.Sleep(9 * time.Second) // within CloseTimeout
		closed := slow.Closed()
		require.Equal(t, 1013, closed.Code)
		require.Contains(t, closed.Text, "too slow")
		bob.WS.Close()
		<-heard
	})
}

func TestSlowClientThatNeverReadsLosesItsSocket(t *testing.T) {
	bubble(t, Options{MaxQueueBytes: 10_000, CloseTimeout: 5 * time.Second}, func(t *testing.T, n *served) {
		slow := n.Enter("slow", "go")
		settle()
		conn := n.conn(slow)
		n.flood(message(`"`+strings.Repeat("x", 1000)+`"`, "go"))
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.False(t, conn.out.hasEnded())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.True(t, conn.out.hasEnded(), "its goroutines are gone")
	})
}

func TestClientThatTakesNothingLosesItsSocket(t *testing.T) {
	bubble(t, Options{WriteTimeout: 5 * time.Second}, func(t *testing.T, n *served) {
		n.Enter("slow", "go")
		synctest.Wait()
		n.hub.Deliver([]Event{message(`1`)})
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, n.hub.Stats().Connections)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Zero(t, n.hub.Stats().Connections)
		require.Zero(t, n.hub.Stats().Slow, "its queue was never full")
	})
}

// The same over TCP, where the system's buffers must be full first.
func TestSlowClientOverTCP(t *testing.T) {
	const limit = 256 << 10
	n := serve(t, Options{MaxQueueBytes: limit})
	slow, bob := n.Enter("slow", "go"), n.Enter("bob", "go")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for want := 0; ; {
			f := bob.Next()
			if f.Event == "end" {
				return
			}
			require.Equal(t, fmt.Sprint(want), string(f.Data))
			want++
		}
	}()
	conn := n.conn(bob)
	for i := 0; n.hub.Stats().Slow == 0; i++ {
		e := message(fmt.Sprint(i), "go")
		e.From = strings.Repeat("x", 10_000)
		n.hub.Deliver([]Event{e})
		require.True(t, chattest.WaitFor(func() bool { return conn.out.waiting() < limit/2 }), "bob keeps up: only a client that reads nothing is slow here")
	}
	n.hub.Deliver([]Event{{Name: "end"}})
	<-done
	require.Equal(t, 1013, slow.Closed().Code, "a client that starts to read now is told why")
	bob.HearsNothing()
	n.settled(1)
}

// A burst is encoded as one, but a client keeps no more of it than it waits
// for: else each small message would hold the memory of its whole burst.
func TestSlowClientHoldsNoMoreMemoryThanItsLimit(t *testing.T) {
	const limit = 256 << 10
	n := serveInMemory(t, patient(Options{MaxQueueBytes: limit, MaxMessageBytes: 2000}))
	slow := n.Enter("slow", "go")
	var burst []Event
	for i := range 100 {
		burst = append(burst, message(`"`+strings.Repeat("x", 500)+`"`, fmt.Sprint("room", i)))
	}
	burst[50].Rooms = []string{"go"}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC() // twice: what sync.Pools hold goes with the second
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	conn := n.conn(slow)
	for n.hub.Stats().Slow == 0 {
		n.hub.Deliver(burst)
		conn.out.mu.Lock()
		full := conn.out.bytes+2*frameBytes(burst[50]) > limit
		conn.out.mu.Unlock()
		if full {
			break
		}
	}
	require.Zero(t, n.hub.Stats().Slow)
	require.Less(t, float64(heap())-float64(before), 1.5*limit)
}

func TestMessagesThatWaitedLeaveBeforeTheClose(t *testing.T) {
	bubble(t, Options{RatePerSecond: -1}, func(t *testing.T, n *served) {
		slow := n.Enter("slow", "go")
		settle()
		for i := range 100 {
			n.hub.Deliver([]Event{message(fmt.Sprint(i), "go")})
		}
		n.conn(slow).close(frame.CloseGoingAway)
		n.hub.Deliver([]Event{message(`"too late"`, "go")})
		for i := range 100 {
			slow.Hears(fmt.Sprint(i))
		}
		require.Equal(t, &websocket.CloseError{Code: 1001, Text: frame.CloseGoingAway.Text}, slow.Closed())
	})
}
