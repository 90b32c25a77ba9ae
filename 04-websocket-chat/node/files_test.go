package node

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestPlacesFollowFromDescriptors(t *testing.T) {
	for _, row := range []struct{ files, set, sockets, conns int }{
		{0, 0, 0, 0}, // not known: no limit
		{0, 7, 0, 7},
		{16, 0, 4, 2},
		{40, 0, 8, 6},
		{1024, 0, 992, 868},
		{32768, 0, 32736, 31712},
		{1024, 100, 992, 100},
		{1024, 5000, 992, 5000},
		{1024, -1, 992, -1},
	} {
		var c Config
		c.Hub.MaxConns = row.set
		c.completeLimits(row.files)
		require.Equal(t, row.sockets, c.Sockets, row)
		require.Equal(t, row.conns, c.Hub.MaxConns, row)
	}
}

func TestLogTellsWhatDescriptorsAllow(t *testing.T) {
	for _, row := range []struct {
		set  int
		want []string
	}{
		{0, []string{`msg="room for clients" max_conns=868 sockets=992`}},
		{100, []string{`msg="room for clients" max_conns=100 sockets=992`}},
		{5000, []string{`max_conns=5000`, `msg="MAX_CONNS is more than file descriptors allow"`, "allowed=868"}},
		{-1, []string{`max_conns=0`, `msg="MAX_CONNS is more than file descriptors allow"`}},
	} {
		var log bytes.Buffer
		var c Config
		c.LogLimits(slog.New(slog.NewTextHandler(&log, nil)))
		require.Empty(t, log.String())
		c.Hub.MaxConns = row.set
		c.completeLimits(1024)
		c.LogLimits(slog.New(slog.NewTextHandler(&log, nil)))
		for _, want := range row.want {
			require.Contains(t, log.String(), want)
		}
		require.Equal(t, len(row.want) > 1, strings.Contains(log.String(), "WARN"))
	}
}

// Sockets that say nothing take what a node has, for 5 s each. Whoever asks something
// gets in all the same, and clients stay.
func TestSilentSocketsMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		n, _, _ := running(t, &Server{Sockets: 4, Log: slog.New(slog.NewTextHandler(&log, nil))})
		alice := n.Enter("alice", "go")
		for range 20 {
			conn, err := n.Dial(t.Context(), "", "")
			require.NoError(t, err)
			defer conn.Close()
		}
		synctest.Wait()
		began := time.Now()
		status, _ := n.get("/readyz")
		require.Equal(t, http.StatusOK, status)
		require.Less(t, time.Since(began), 4*time.Second)
		alice.Does(`{"event":"join","data":"tea","id":1}`)
		synctest.Wait()
		require.Equal(t, 1, strings.Count(log.String(), "as many sockets are open"))
		require.Equal(t, 1, n.hub.Sockets())
	})
}

// When all sockets are WebSockets, nobody is thrown out: who comes waits.
func TestWhoComesToAFullNodeWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := running(t, &Server{Sockets: 2})
		alice := n.Enter("alice", "go")
		n.Enter("bob", "go")
		answered := make(chan int, 1)
		go func() {
			status, _ := n.get("/healthz")
			answered <- status
		}()
		time.Sleep(20 * time.Second)
		require.Zero(t, len(answered))
		alice.WS.Close()
		require.Equal(t, http.StatusOK, <-answered)
	})
}

// poor is a listener that has no descriptor, so many times.
type poor struct {
	net.Listener
	times int
}

func (l *poor) Accept() (net.Conn, error) {
	if l.times--; l.times >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

func TestWhatCannotBeAcceptedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		l := &poor{chattest.NewPipes(), 60}
		g := newGate(l, gateLimits{}, nil, slog.New(slog.NewTextHandler(&log, nil)))
		for range 60 { // as http.Server does, a second after the other
			_, err := g.Accept()
			require.ErrorIs(t, err, syscall.EMFILE)
			time.Sleep(time.Second)
		}
		require.InDelta(t, 6, strings.Count(log.String(), `level=WARN msg="cannot accept clients" why="no file descriptor is left: raise the limit`), 1)
		require.NoError(t, g.Close())
		_, err := g.Accept()
		require.True(t, errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF))
		require.InDelta(t, 6, strings.Count(log.String(), "cannot accept"), 1, "the end of a server is no news")
	})
}
