package pubsub

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// scripted is a server of a few lines that does what no real one does on demand: refuse, freeze, confirm
// by halves. It talks over net.Pipe, so that a test inside synctest decides what time it is.
type scripted struct {
	mu          sync.Mutex
	refuse      error       // of a dial, nil: accept
	frozen      bool        // reads, answers when it is thawed
	cut         bool        // it gets nothing of what is published, as a replica without its master
	busy        bool        // carries out no command, and goes on to send what is published
	behind      bool        // gets what is published later, as a replica that its master is ahead of
	stream      [][2]string // what it has not got yet
	refusal     string      // instead of PONG; empty: PONG
	unconfirmed string
	refuses     string // a channel
	why         string // in Redis' words
	dials       []time.Time
	peers       []*peer
}

// peer is a connection of the scripted server, in the order in which they were dialed.
type peer struct {
	net.Conn
	held     bool            // the network keeps back what the server sends, until it is released …
	passing  int             // … but for so many replies
	todo     [][]string      // commands, while the server is busy
	deaf     bool            // the server no longer gets what is published
	channels map[string]bool // that it is subscribed to
	closed   bool
	out      []string      // what is to be sent
	sent     int           // how much has been sent
	change   chan struct{} // a token when the writer is to look again
}

var errRefused = errors.New("connection refused")

func (s *scripted) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: "192.0.2.1:6379", Dialer: s.dial})
}

// set changes the server, or one of its peers.
func (s *scripted) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	for ; len(s.stream) > 0 && !s.behind; s.stream = s.stream[1:] {
		s.spread(s.stream[0][0], s.stream[0][1])
	}
	for _, p := range s.peers {
		for ; len(p.todo) > 0 && !s.busy && !p.closed; p.todo = p.todo[1:] {
			s.obey(p, p.todo[0])
		}
		p.wake()
	}
}

func (s *scripted) dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, time.Now())
	if s.refuse != nil {
		return nil, s.refuse
	}
	ours, theirs := net.Pipe()
	s.accept(ours)
	return theirs, nil
}

func (s *scripted) accept(c net.Conn) {
	p := &peer{Conn: c, channels: map[string]bool{}, change: make(chan struct{}, 1)}
	s.peers = append(s.peers, p)
	go s.write(p)
	go s.serve(p)
}

func (s *scripted) dialed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dials)
}

// publish sends a message to all subscribers, as a server does to those of channel.
func (s *scripted) publish(channel, payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behind {
		s.stream = append(s.stream, [2]string{channel, payload})
		return
	}
	s.spread(channel, payload)
}

func (s *scripted) spread(channel, payload string) {
	for _, p := range s.peers {
		if p.channels[channel] && !p.deaf && !s.cut {
			p.send(message(channel, payload))
		}
	}
}

func message(channel, payload string) string {
	return fmt.Sprintf("*3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(channel), channel, len(payload), payload)
}

// drop closes every connection, as a server that dies.
func (s *scripted) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.peers {
		_ = p.Close()
	}
}

func (p *peer) send(text string) {
	p.out = append(p.out, text)
	p.wake()
}

func (p *peer) wake() {
	select {
	case p.change <- struct{}{}:
	default:
	}
}

// write sends what is to be sent, in order, while nothing keeps it back.
func (s *scripted) write(p *peer) {
	for range p.change {
		s.mu.Lock()
		if p.closed {
			s.mu.Unlock()
			return
		}
		var out []string
		if n := len(p.out); !s.frozen {
			if p.held {
				n = min(n, p.passing)
				p.passing -= n
			}
			out, p.out = p.out[:n:n], p.out[n:]
		}
		s.mu.Unlock()
		for _, text := range out {
			_, _ = io.WriteString(p, text)
		}
		s.mu.Lock()
		p.sent += len(out)
		s.mu.Unlock()
	}
}

func (s *scripted) serve(p *peer) {
	defer s.set(func() { p.closed, p.channels, p.todo = true, map[string]bool{}, nil })
	defer p.Close()
	r := bufio.NewReader(p)
	for {
		args, err := command(r)
		if err != nil {
			return
		}
		s.set(func() { p.todo = append(p.todo, args) })
	}
}

func (s *scripted) obey(p *peer, args []string) {
	switch strings.ToLower(args[0]) {
	case "hello":
		p.send("-ERR unknown command 'hello'\r\n")
	case "ping":
		if s.refusal != "" {
			p.send("-" + s.refusal + "\r\n")
		} else {
			p.send("*2\r\n$4\r\npong\r\n$0\r\n\r\n")
		}
	case "unsubscribe":
		delete(p.channels, args[1])
		p.send(fmt.Sprintf("*3\r\n$11\r\nunsubscribe\r\n$%d\r\n%s\r\n:%d\r\n", len(args[1]), args[1], len(p.channels)))
	case "subscribe", "psubscribe", "ssubscribe":
		for i, name := range args[1:] {
			if name == s.refuses {
				p.send("-" + s.why + "\r\n")
				return
			}
			p.channels[name] = true
			if name != s.unconfirmed {
				p.send(fmt.Sprintf("*3\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n:%d\r\n", len(args[0]), args[0], len(name), name, i+1))
			}
		}
	default:
		p.send("+OK\r\n")
	}
}

// command reads one command as a client sends it: an array of bulk strings.
func command(r *bufio.Reader) ([]string, error) {
	n, err := number(r)
	args := make([]string, n)
	for i := range args {
		size, err := number(r)
		if err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		args[i] = string(b[:size])
	}
	return args, err
}

func number(r *bufio.Reader) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}
