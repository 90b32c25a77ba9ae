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
	refuse      error  // of a dial, nil: accept
	frozen      bool   // reads, answers nothing
	refusal     string // instead of PONG; empty: PONG
	unconfirmed string
	dials       []time.Time
	conns       []net.Conn
	subscriber  net.Conn // the connection that subscribed last
}

var errRefused = errors.New("connection refused")

func (s *scripted) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: "192.0.2.1:6379", Dialer: s.dial})
}

func (s *scripted) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *scripted) dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, time.Now())
	if s.refuse != nil {
		return nil, s.refuse
	}
	ours, theirs := net.Pipe()
	s.conns = append(s.conns, ours)
	go s.serve(ours)
	return theirs, nil
}

func (s *scripted) dialed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dials)
}

// publish sends a message to the client that subscribed last, if any, as a server does to a subscriber of channel.
func (s *scripted) publish(channel, payload string) { s.send(message(channel, payload)) }

func (s *scripted) send(text string) {
	s.mu.Lock()
	c := s.subscriber
	s.mu.Unlock()
	if c != nil {
		_, _ = io.WriteString(c, text)
	}
}

func message(channel, payload string) string {
	return fmt.Sprintf("*3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(channel), channel, len(payload), payload)
}

// drop closes every connection, as a server that dies.
func (s *scripted) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
}

func (s *scripted) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		args, err := command(r)
		if err != nil {
			return
		}
		s.mu.Lock()
		frozen, refusal, unconfirmed := s.frozen, s.refusal, s.unconfirmed
		s.mu.Unlock()
		if frozen {
			continue
		}
		answer := "+OK\r\n"
		switch strings.ToLower(args[0]) {
		case "hello":
			answer = "-ERR unknown command 'hello'\r\n"
		case "ping":
			if answer = "*2\r\n$4\r\npong\r\n$0\r\n\r\n"; refusal != "" {
				answer = "-" + refusal + "\r\n"
			}
		case "subscribe", "psubscribe":
			answer = ""
			for i, name := range args[1:] {
				if name != unconfirmed {
					answer += fmt.Sprintf("*3\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n:%d\r\n", len(args[0]), args[0], len(name), name, i+1)
				}
			}
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
		if strings.HasSuffix(args[0], "subscribe") {
			s.set(func() { s.subscriber = c })
		}
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
