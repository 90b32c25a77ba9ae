package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// scripted is a server of a few lines, over net.Pipe: so a test inside synctest
// decides what time it is. It is a master that is its own replica.
type scripted struct {
	mu         sync.Mutex
	refuses    bool // dials
	hangs      bool // dials do not end
	frozen     bool // reads, answers nothing
	dials      int
	probes     int
	subscriber net.Conn
	conns      []net.Conn
	also       func(words []string) (reply string) // to what it does not know; nil: OK
}

func (s *scripted) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *scripted) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
	switch {
	case s.refuses:
		return nil, errors.New("connection refused")
	case s.hangs:
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return nil, ctx.Err()
	}
	ours, theirs := net.Pipe()
	s.conns = append(s.conns, ours)
	go s.serve(ours)
	return theirs, nil
}

// drop closes all connections.
func (s *scripted) drop() {
	s.set(func() {
		for _, c := range s.conns {
			_ = c.Close()
		}
	})
}

func (s *scripted) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		command, err := basics.ReadReply(r)
		if err != nil {
			return
		}
		var words []string
		for _, word := range command.List {
			words = append(words, word.Text)
		}
		if _, err := io.WriteString(c, s.answer(c, words)); err != nil {
			return
		}
	}
}

func (s *scripted) answer(c net.Conn, words []string) (reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen {
		return ""
	}
	switch strings.ToLower(words[0]) {
	case "hello":
		return "-ERR unknown command 'hello'\r\n"
	case "role":
		return "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
	case "psubscribe":
		s.subscriber = c
		for i, name := range words[1:] {
			reply += fmt.Sprintf("*3\r\n$10\r\npsubscribe\r\n$%d\r\n%s\r\n:%d\r\n", len(name), name, i+1)
		}
		return reply
	case "publish":
		if words[1] == wire.ProbeChannel {
			s.probes++
		}
		if s.subscriber != nil {
			fmt.Fprintf(s.subscriber, "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(words[1]), words[1], len(words[2]), words[2])
		}
		return ":1\r\n"
	}
	if s.also != nil {
		return s.also(words)
	}
	return "+OK\r\n"
}

// publishing runs a relay's publisher until the test ends, and returns what
// publishes something and tells after what time, and with what, it was answered.
func publishing(t *testing.T, master *scripted) (say func() func() (time.Duration, error)) {
	r := publishingBy(t, master, nil)
	return func() func() (time.Duration, error) {
		type answer struct {
			after time.Duration
			err   error
		}
		m, told := own("something"), make(chan answer, 1)
		m.since = time.Now()
		m.done = func(err error) { told <- answer{time.Since(m.since), err} }
		require.True(t, r.publisher.outbox.put(m))
		return func() (time.Duration, error) { a := <-told; return a.after, a.err }
	}
}

// publishingBy is the relay whose publisher runs; its carrier is that one, or the usual.
func publishingBy(t *testing.T, master *scripted, by Carrier) *Relay {
	ctx, cancel := context.WithCancel(t.Context())
	r := New(Options{PubAddr: "192.0.2.1:6379", Carrier: by, dial: master.dial})
	ended := make(chan struct{})
	go func() { defer close(ended); r.publisher.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		master.drop()
		<-ended
		time.Sleep(6 * time.Second) // go-redis: a dial that hangs ends with its DialTimeout, though its client was closed
		synctest.Wait()
	})
	return r
}

// Of the timeout of 1 s a fifth is kept for the answer's way to the client: so
// whoever sends hears within it, whatever the master does.
func TestAnswerComesWithinTheTimeout(t *testing.T) {
	for name, fail := range map[string]func(*scripted){
		"frozen":             func(s *scripted) { s.frozen = true },
		"killed":             func(s *scripted) { s.refuses = true },
		"behind a dead link": func(s *scripted) { s.frozen, s.hangs = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var master scripted
				say := publishing(t, &master)
				after, err := say()()
				require.NoError(t, err)
				require.Zero(t, after)

				master.set(func() { fail(&master) })
				if name == "killed" {
					master.drop()
				}
				var answers []func() (time.Duration, error)
				for range 100 { // at any time between two attempts
					answers = append(answers, say())
					time.Sleep(70 * time.Millisecond)
				}
				for i, answer := range answers {
					after, err := answer()
					require.Error(t, err)
					require.LessOrEqual(t, after, 800*time.Millisecond, "message %d", i)
				}

				master.set(func() { master.refuses, master.hangs, master.frozen = false, false, false })
				time.Sleep(lastBackoff)
				after, err = say()()
				require.NoError(t, err)
				require.Zero(t, after)
			})
		})
	}
}

// Many nodes that dial for every message would keep a master that fails from
// coming back.
func TestMasterThatFailsIsNotStormed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		master := scripted{refuses: true}
		say := publishing(t, &master)
		for range 1000 { // 10 s
			after, err := say()()
			require.Error(t, err)
			require.Zero(t, after, "between two attempts the answer is known")
			time.Sleep(10 * time.Millisecond)
		}
		// Between two attempts lie 200 to 400 ms, after some shorter pauses at first;
		// and go-redis may dial a second time before an attempt's client is closed.
		master.set(func() {
			require.GreaterOrEqual(t, master.dials, 25)
			require.LessOrEqual(t, master.dials, 2*(5+10*5))
		})
	})
}

func TestProbesComeAtTheirInterval(t *testing.T) {
	for _, interval := range []time.Duration{20 * time.Millisecond, 250 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			var server scripted
			r := New(Options{PubAddr: "192.0.2.1:6379", dial: server.dial, ProbeInterval: interval})
			hub, err := chat.NewHub(chat.Options{Relay: r})
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- r.Run(ctx, hub) }()
			time.Sleep(10*time.Second + interval/2)
			synctest.Wait()
			server.set(func() {
				require.InDelta(t, 10*time.Second/interval, server.probes, 2, "one more at the start, one when it is subscribed")
			})
			reason, ready := r.Ready()
			require.True(t, ready, reason)
			cancel()
			server.drop()
			require.NoError(t, <-ended)
		})
	}
}
