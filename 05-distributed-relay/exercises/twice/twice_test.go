package twice_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/05-distributed-relay/exercises/twice"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// What happens to the next PUBLISH on its way to the master.
const (
	passes      int32 = iota
	losesAnswer       // the master takes it; its answer, and the connection, are lost
	isRefused         // it is answered with an error
)

// way is the way to a master, which mishaps happen on.
type way struct {
	addr   string
	next   atomic.Int32
	passed atomic.Int32 // PUBLISHes that have gone to the master
}

func startWay(t *testing.T, master string) *way {
	w := &way{}
	w.addr = redistest.Listen(t, func(client net.Conn) {
		server, err := net.Dial("tcp", master)
		if err != nil {
			return
		}
		defer server.Close()
		var lost atomic.Bool
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			defer client.Close()
			copyUntil(client, server, func([]byte) bool { return lost.Load() })
		}()
		copyUntil(server, client, func(sent []byte) (stop bool) {
			if !bytes.Contains(bytes.ToLower(sent), []byte("publish")) {
				return false
			}
			switch w.next.Swap(passes) {
			case losesAnswer:
				lost.Store(true)
			case isRefused:
				_, _ = io.WriteString(client, "-NOPERM this user has no permissions to access one of the channels used as arguments\r\n")
				return true
			}
			w.passed.Add(1)
			return false
		})
		server.Close()
		<-answered
	})
	return w
}

// copyUntil copies until something fails, or stop says so of what was read, which is not copied then.
func copyUntil(to, from net.Conn, stop func([]byte) bool) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil || stop(buf[:n]) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestLostAnswer(t *testing.T) {
	master := redistest.Start(t)
	channel := redistest.Prefix(t)
	bob := master.Subscribe(t.Context(), channel)
	defer bob.Close()
	_, err := bob.Receive(t.Context())
	require.NoError(t, err)
	w := startWay(t, master.Options().Addr)
	p := twice.New(w.addr)
	defer p.Close()

	w.next.Store(losesAnswer)
	told := p.Publish(t.Context(), channel, "hi")
	require.NoError(t, master.Publish(t.Context(), channel, "end").Err())
	var heard []string
	for len(heard) == 0 || heard[len(heard)-1] != "end" {
		m, err := bob.ReceiveMessage(t.Context())
		require.NoError(t, err)
		heard = append(heard, m.Payload)
	}
	if got := strings.Join(heard[:len(heard)-1], ", "); got != "hi" {
		t.Errorf("alice has said hi once; the master took it, and its answer was lost; bob heard [%s], want [hi]", got)
	}
	switch {
	case told == nil:
		t.Error("the master's answer was lost, and Publish says nil: want ErrUnconfirmed, as Publish cannot know what became of it")
	case errors.Is(told, twice.ErrNotSent):
		t.Errorf("the master's answer was lost, and bob has heard hi; Publish says that it was not sent (%v), and alice says it again", told)
	case !errors.Is(told, twice.ErrUnconfirmed):
		t.Errorf("the master's answer was lost, and Publish says %v: want ErrUnconfirmed in it", told)
	}
}

// Whoever is told "look before you say it again" has work to do, so nobody is told it without need.
func TestSureFailures(t *testing.T) {
	p := twice.New(redistest.Nobody(t))
	defer p.Close()
	if err := p.Publish(t.Context(), "channel", "hi"); !errors.Is(err, twice.ErrNotSent) || errors.Is(err, twice.ErrUnconfirmed) {
		t.Errorf("nobody listens at the master's address, and Publish says %v: want ErrNotSent in it, and not ErrUnconfirmed", err)
	}

	w := startWay(t, redistest.Start(t).Options().Addr)
	refused := twice.New(w.addr)
	defer refused.Close()
	w.next.Store(isRefused)
	err := refused.Publish(t.Context(), redistest.Prefix(t), "hi")
	if err == nil || errors.Is(err, twice.ErrUnconfirmed) || errors.Is(err, twice.ErrNotSent) || !strings.Contains(err.Error(), "NOPERM") {
		t.Errorf("the master answers NOPERM, and Publish says %v: want that answer, and neither ErrNotSent nor ErrUnconfirmed", err)
	}
	if n := w.passed.Load(); n != 0 {
		t.Errorf("the master has answered NOPERM, and Publish has sent it %d times more", n)
	}
}
