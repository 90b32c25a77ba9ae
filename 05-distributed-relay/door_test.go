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

// door stands before a server, and sees every PUBLISH that passes.
type door struct {
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

// published is one PUBLISH, of one of the door's connections.
type published struct {
	conn             int
	channel, payload string
}

func (p published) isMessage() bool { return strings.Contains(p.channel, "socket.io#") }

func openDoor(t *testing.T, server string) *door {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := &door{t: t, addr: l.Addr().String(), server: server}
	d.answers.L = &d.mu
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			node, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { d.pass(node) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		d.letAnswersPass()
		d.mu.Lock()
		for _, c := range d.open {
			_ = c.Close()
		}
		d.mu.Unlock()
		wg.Wait()
	})
	return d
}

func (d *door) holdAnswers() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.holdNext = true
}

func (d *door) letAnswersPass() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.holdNext, d.held = false, false
	d.answers.Broadcast()
}

// seen are the messages for clients that have passed: no probes, no presence.
func (d *door) seen() (messages []published) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.published {
		if p.isMessage() {
			messages = append(messages, p)
		}
	}
	return messages
}

func (d *door) pass(node net.Conn) {
	defer node.Close()
	server, err := net.Dial("tcp", d.server)
	if err != nil {
		return
	}
	defer server.Close()
	d.mu.Lock()
	d.conns++
	number := d.conns
	d.open = append(d.open, node, server)
	d.mu.Unlock()

	var lost atomic.Bool
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		defer node.Close()
		d.passAnswers(node, server, &lost)
	}()
	r := bufio.NewReader(node)
	for {
		command, raw, err := readCommand(r)
		if err != nil {
			break
		}
		if strings.EqualFold(command[0], "publish") {
			p := published{number, command[1], command[2]}
			d.mu.Lock()
			d.published = append(d.published, p)
			d.held = d.held || d.holdNext && p.isMessage()
			d.mu.Unlock()
			if text := d.lose.Load(); text != nil && strings.Contains(p.payload, *text) && d.lose.CompareAndSwap(text, nil) {
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

func (d *door) passAnswers(node, server net.Conn, lost *atomic.Bool) {
	buf := make([]byte, 4096)
	for {
		n, err := server.Read(buf)
		if err != nil || lost.Load() {
			return
		}
		d.mu.Lock()
		for d.held {
			d.answers.Wait()
		}
		d.mu.Unlock()
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
