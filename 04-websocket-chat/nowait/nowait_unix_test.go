//go:build unix

package nowait

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a connection over loopback, both ends of it.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ours, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	theirs, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

func TestSocketTakesWhatItHasRoomForAndTheRestFollows(t *testing.T) {
	ours, theirs := pair(t)
	data := make([]byte, 32<<20) // no socket holds that
	for i := range data {
		data[i] = byte(i % 251)
	}
	raw := Raw(ours)
	require.NotNil(t, raw)
	var w Writer
	n := w.TryWrite(raw, data)
	require.Positive(t, n)
	require.Less(t, n, len(data))
	for more := n; more > 0; n += more { // until it is full
		more = w.TryWrite(raw, data[n:])
	}
	written := make(chan error, 1)
	go func() {
		_, err := ours.Write(data[n:]) // this one waits
		ours.Close()
		written <- err
	}()
	got, err := io.ReadAll(theirs)
	require.NoError(t, err)
	require.NoError(t, <-written)
	require.True(t, bytes.Equal(data, got), "each byte once, in order")
}

func TestSocketThatHasEndedTakesNothing(t *testing.T) {
	ours, _ := pair(t)
	raw := Raw(ours)
	ours.Close()
	var w Writer
	require.Zero(t, w.TryWrite(raw, []byte("hi")))

	still, _ := pair(t)
	require.Equal(t, 2, w.TryWrite(Raw(still), []byte("hi")), "and the next one is not harmed")
}

func TestWhatMayHaveToWaitHasNoRaw(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	require.Nil(t, Raw(ours))
	socket, _ := pair(t)
	require.Nil(t, Raw(tls.Server(socket, new(tls.Config))))
}

func TestWriterIsAllocatedOnce(t *testing.T) {
	ours, _ := pair(t)
	raw := Raw(ours)
	var w Writer
	data := []byte("hi")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if w.TryWrite(raw, data) != 2 {
			t.Error("not taken")
		}
	}))
}
