package loadtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// flawed is a chat server of one room with a flaw: flaw gets the number of each
// message, from 1 on, and sends it to all but its sender by calling send:
// never, once, late, or several times.
type flawed struct {
	flaw func(n int, send func())

	mu    sync.Mutex
	n     int
	conns map[*websocket.Conn]bool
}

// flawedCluster makes a cluster of such a server, to put a load on.
func flawedCluster(t *testing.T, flaw func(n int, send func())) *Cluster {
	s := httptest.NewServer(&flawed{flaw: flaw, conns: map[*websocket.Conn]bool{}})
	t.Cleanup(s.Close)
	c := &Cluster{Name: "flawed", Protocol: Chat{}, Nodes: []string{strings.TrimPrefix(s.URL, "http://")}}
	c.watch()
	return c
}

func (f *flawed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	f.mu.Lock()
	f.conns[ws] = true
	err = ws.WriteMessage(websocket.TextMessage, []byte(`{"event":"$welcome","data":{}}`))
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.conns, ws)
		ws.Close()
	}()
	for err == nil {
		var text []byte
		if _, text, err = ws.ReadMessage(); err == nil {
			f.relay(ws, text)
		}
	}
}

func (f *flawed) relay(from *websocket.Conn, text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	f.flaw(f.n, func() {
		for ws := range f.conns {
			if ws != from {
				_ = ws.WriteMessage(websocket.TextMessage, text) // a client that has left needs nothing
			}
		}
	})
}

// shortLoad is 500 messages. Two others hear each of them.
var shortLoad = Load{Clients: 3, Senders: 1, Rate: 500, Warmup: 1, Length: 1e9}

func putOn(t *testing.T, flaw func(n int, send func())) Run {
	t.Helper()
	run, err := flawedCluster(t, flaw).Run(t.Context(), shortLoad, nil)
	require.NoError(t, err)
	require.EqualValues(t, 500, run.Counts.Sent) // and one before, in a warm-up of a nanosecond
	require.Equal(t, 2*run.Counts.Sent, run.Counts.Expected)
	require.Equal(t, run.Counts.Expected, run.Counts.Delivered+run.Counts.Lost)
	return run
}

func TestSoundServerIsReportedAsSound(t *testing.T) {
	run := putOn(t, func(_ int, send func()) { send() })
	require.Zero(t, run.Counts.Lost+run.Counts.Repeated+run.Counts.OutOfOrder+run.Counts.Closed+run.Counts.Refused)
	_, ok := Goal{P99: 1e6}.Sustained(&run)
	require.True(t, ok)
}

func TestOneMessageInAHundredLostIsReportedAsThat(t *testing.T) {
	run := putOn(t, func(n int, send func()) {
		if n%100 != 50 { // 50, 150, 250, 350, 450
			send()
		}
	})
	require.EqualValues(t, 2*5, run.Counts.Lost)
	require.Zero(t, run.Counts.Repeated+run.Counts.OutOfOrder)
	why, ok := Goal{P99: 1e6}.Sustained(&run)
	require.False(t, ok)
	require.Contains(t, why, "10 lost")
}

func TestLastMessagesLostAreLostToo(t *testing.T) {
	run := putOn(t, func(n int, send func()) {
		if n <= 498 { // of 501: no later one shows the gap
			send()
		}
	})
	require.EqualValues(t, 2*3, run.Counts.Lost)
}

func TestOneMessageDoubledIsReportedAsThat(t *testing.T) {
	run := putOn(t, func(n int, send func()) {
		if send(); n == 300 {
			send()
		}
	})
	require.EqualValues(t, 2, run.Counts.Repeated)
	require.Zero(t, run.Counts.Lost+run.Counts.OutOfOrder)
}

func TestTwoMessagesSwappedAreReportedAsThat(t *testing.T) {
	var kept func()
	run := putOn(t, func(n int, send func()) {
		if n == 300 {
			kept = send
			return
		}
		if send(); n == 301 {
			kept()
		}
	})
	require.EqualValues(t, 2, run.Counts.OutOfOrder)
	require.Zero(t, run.Counts.Lost+run.Counts.Repeated)
}
