package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

// trial is a chat that is tried, in memory and with a clock of its own.
type trial struct {
	*chattest.Node
	end func() // what happens to it at SIGTERM
}

// lacks are what the small chat lacks and the chapter's hub has. Each is tried on both, by the same steps: they return
// nil, or what is wrong in a sentence.
var lacks = []struct {
	name    string
	options chat.Options // of the chapter's hub
	try     func(*trial) error
	first   string // what is wrong with the small chat
}{
	{
		"one who does not read", chat.Options{RatePerSecond: -1}, oneDoesNotRead,
		"carol has at most 1 of 2000 messages: bob does not read, and the whole room waits for him",
	},
	{
		"one whose network is gone", chat.Options{}, networkIsGone,
		"an hour after his network has gone bob still has his place in the room",
	},
	{
		"one who floods", chat.Options{}, oneFloods,
		"carol was made to read 1000 messages of one client at once",
	},
	{
		"one large message", chat.Options{}, oneLargeMessage,
		"carol was made to read 4194304 bytes, as one message",
	},
	{
		"the end", chat.Options{}, goodbye,
		"the connection breaks (1006), and nobody has told alice that the node goes away",
	},
}

func TestWhatTheSmallChatLacks(t *testing.T) {
	for _, lack := range lacks {
		t.Run(lack.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := lack.try(small(t))
				require.EqualError(t, err, lack.first)
				t.Log(err) // the lesson shows it
			})
		})
	}
}

func TestChaptersHubHasIt(t *testing.T) {
	for _, lack := range lacks {
		t.Run(lack.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				require.NoError(t, lack.try(large(t, lack.options)))
			})
		})
	}
}

// small serves the small chat. At SIGTERM the program ends at once, and its sockets with it.
func small(t *testing.T) *trial { return serveInMemory(t, newHub(), func() {}) }

// large serves the chapter's hub.
func large(t *testing.T, o chat.Options) *trial {
	hub, err := chat.NewHub(o)
	require.NoError(t, err)
	return serveInMemory(t, hub, func() { hub.Drain(context.Background(), time.Second) })
}

// sockets are the connections that a listener has accepted.
type sockets struct {
	*chattest.Pipes
	mu  sync.Mutex
	all []net.Conn
}

func (s *sockets) Accept() (net.Conn, error) {
	c, err := s.Pipes.Accept()
	if err == nil {
		s.mu.Lock()
		s.all = append(s.all, c)
		s.mu.Unlock()
	}
	return c, err
}

func (s *sockets) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.all {
		c.Close()
	}
}

func serveInMemory(t *testing.T, h http.Handler, drain func()) *trial {
	l := &sockets{Pipes: chattest.NewPipes()}
	server := &http.Server{Handler: h}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	end := func() {
		drain()
		server.Close()
		l.closeAll()
	}
	t.Cleanup(func() { end(); <-ended })
	return &trial{&chattest.Node{T: t, Addr: l.Addr().String(), Dial: l.Dial}, end}
}

// listener counts the messages that somebody hears.
type listener struct {
	*chattest.Person
	messages, bytes atomic.Int64 // of messages; presence is none
	err             chan error   // how the connection ended
}

func listen(p *chattest.Person) *listener {
	l := &listener{Person: p, err: make(chan error, 1)}
	go func() {
		_ = p.WS.SetReadDeadline(time.Time{})
		for {
			_, text, err := p.WS.ReadMessage()
			if err != nil {
				l.err <- err
				return
			}
			if strings.Contains(string(text[:min(len(text), 30)]), `"message"`) {
				l.messages.Add(1)
				l.bytes.Add(int64(len(text)))
			}
		}
	}()
	return l
}

// say sends messages in the background: the server may not take them.
func say(p *chattest.Person, messages int, data string) {
	listen(p)
	text := []byte(`{"event":"message","data":` + data + `}`)
	go func() {
		for range messages {
			if p.WS.WriteMessage(websocket.TextMessage, text) != nil {
				return
			}
		}
	}()
}

func oneDoesNotRead(c *trial) error {
	const said = 2000
	alice, carol := c.Enter("alice", "go"), listen(c.Enter("carol", "go"))
	c.Enter("bob", "go") // and no more
	// All of it is less than a queue holds: carol is never too slow, however late her turn comes.
	say(alice, said, `"`+strings.Repeat("x", 200)+`"`)
	synctest.Wait() // until nobody can go on
	if n := carol.messages.Load(); n < said {
		return fmt.Errorf("carol has at most %d of %d messages: bob does not read, and the whole room waits for him", max(n, 1), said)
	}
	return nil
}

func networkIsGone(c *trial) error {
	bob := c.Enter("bob", "go") // does not answer any more, and closes nothing
	time.Sleep(time.Hour)
	synctest.Wait()
	if bob.WS.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Second)) == nil {
		return errors.New("an hour after his network has gone bob still has his place in the room")
	}
	return nil
}

func oneFloods(c *trial) error {
	const most = 100
	alice, carol := c.Enter("alice", "go"), listen(c.Enter("carol", "go"))
	say(alice, 1000, `"spam"`)
	synctest.Wait()
	if n := carol.messages.Load(); n > most {
		return fmt.Errorf("carol was made to read %d messages of one client at once", n)
	}
	return nil
}

func oneLargeMessage(c *trial) error {
	const size = 4 << 20
	alice, carol := c.Enter("alice", "go"), listen(c.Enter("carol", "go"))
	say(alice, 1, `"`+strings.Repeat("x", size)+`"`)
	synctest.Wait()
	if n := carol.bytes.Load(); n >= size {
		return fmt.Errorf("carol was made to read %d bytes, as one message", size)
	}
	return nil
}

func goodbye(c *trial) error {
	alice := listen(c.Enter("alice", "go"))
	c.end()
	err := <-alice.err
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		var closed *websocket.CloseError
		if !errors.As(err, &closed) {
			return err
		}
		return fmt.Errorf("the connection breaks (%d), and nobody has told alice that the node goes away", closed.Code)
	}
	return nil
}
