package relay_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands before a server, and sees every PUBLISH that passes.
type proxy struct {
	t      *testing.T
	addr   string
	server string
	lose   atomic.Pointer[string] // a text: the first PUBLISH with it passes, its answer does not, and the connection ends

	mu        sync.Mutex
	answers   sync.Cond
	holdNext  bool // from the next message on, answers wait
	held      bool
	open      []net.Conn
	conns     int
	published []published
}

// published is one PUBLISH, of one of the proxy's connections.
type published struct {
	conn             int
	channel, payload string
}

func (p published) isMessage() bool { return strings.Contains(p.channel, "socket.io#") }

func startProxy(t *testing.T, server string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{t: t, addr: l.Addr().String(), server: server}
	p.answers.L = &p.mu
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			node, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.pass(node) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.letAnswersPass()
		p.mu.Lock()
		for _, c := range p.open {
			_ = c.Close()
		}
		p.mu.Unlock()
		wg.Wait()
	})
	return p
}

func (p *proxy) holdAnswers() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holdNext = true
}

func (p *proxy) letAnswersPass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holdNext, p.held = false, false
	p.answers.Broadcast()
}

// seen are the messages for clients that have passed: no probes, no presence.
func (p *proxy) seen() (messages []published) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.published {
		if m.isMessage() {
			messages = append(messages, m)
		}
	}
	return messages
}

func (p *proxy) pass(node net.Conn) {
	defer node.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns++
	number := p.conns
	p.open = append(p.open, node, server)
	p.mu.Unlock()

	var lost atomic.Bool
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		defer node.Close()
		p.passAnswers(node, server, &lost)
	}()
	r := bufio.NewReader(node)
	for {
		command, raw, err := readCommand(r)
		if err != nil {
			break
		}
		if strings.EqualFold(command[0], "publish") {
			m := published{number, command[1], command[2]}
			p.mu.Lock()
			p.published = append(p.published, m)
			p.held = p.held || p.holdNext && m.isMessage()
			p.mu.Unlock()
			if text := p.lose.Load(); text != nil && strings.Contains(m.payload, *text) && p.lose.CompareAndSwap(text, nil) {
				lost.Store(true)
			}
		}
		if _, err := server.Write(raw); err != nil {
			break
		}
	}
	_ = server.Close()
	<-answered
}

func (p *proxy) passAnswers(node, server net.Conn, lost *atomic.Bool) {
	buf := make([]byte, 4096)
	for {
		n, err := server.Read(buf)
		if err != nil || lost.Load() {
			return
		}
		p.mu.Lock()
		for p.held {
			p.answers.Wait()
		}
		p.mu.Unlock()
		if _, err := node.Write(buf[:n]); err != nil {
			return
		}
	}
}

// readCommand reads a command as clients send it: an array of strings.
func readCommand(r *bufio.Reader) (words []string, raw []byte, err error) {
	var all bytes.Buffer
	number := func(mark byte) (n int, err error) {
		line, err := r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		all.WriteString(line)
		_, err = fmt.Sscanf(line, string(mark)+"%d", &n)
		return n, err
	}
	count, err := number('*')
	if err != nil {
		return nil, nil, err
	}
	for range count {
		size, err := number('$')
		if err != nil {
			return nil, nil, err
		}
		word := make([]byte, size+len("\r\n"))
		if _, err := io.ReadFull(r, word); err != nil {
			return nil, nil, err
		}
		all.Write(word)
		words = append(words, string(word[:size]))
	}
	return words, all.Bytes(), nil
}
