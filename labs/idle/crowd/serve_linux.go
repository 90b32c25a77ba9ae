package crowd

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"
)

// serve reads for all clients until Close.
func (c *Crowd) serve() {
	defer close(c.done)
	events := make([]unix.EpollEvent, 256)
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.EpollWait(c.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			return // only a programmer's mistake can make it fail
		}
		c.mu.Lock()
		for _, event := range events[:max(n, 0)] {
			if int(event.Fd) == c.wake {
				c.mu.Unlock()
				return
			}
			if cl := c.clients[event.Fd]; cl != nil { // it may have left
				c.read(cl, int(event.Fd), buf)
			}
		}
		c.moved.Broadcast()
		c.mu.Unlock()
	}
}

// read takes what has come for one client. The crowd is locked.
func (c *Crowd) read(cl *client, fd int, buf []byte) {
	n, err := unix.Read(fd, buf)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case n > 0:
		all := buf[:n]
		if cl.rest != nil {
			all = append(cl.rest, all...)
		}
		all, err = c.take(cl, fd, all)
		if cl.rest = nil; len(all) > 0 {
			cl.rest = bytes.Clone(all)
		}
	case err == nil:
		err = errors.New("the node has closed the connection without a close frame")
	}
	if err != nil {
		c.lose(cl, fd, err)
	}
}

func (c *Crowd) lose(cl *client, fd int, why error) {
	if cl.state == welcome {
		c.lost++
	}
	if cl.state = gone; c.why == nil {
		c.why = fmt.Errorf("a client was lost: %w", why)
	}
	c.clients[fd] = nil
	_ = unix.Close(fd)
}

// take handles all that is whole, and returns the rest.
func (c *Crowd) take(cl *client, fd int, all []byte) (rest []byte, err error) {
	if cl.state == asking {
		head, body, whole := bytes.Cut(all, []byte("\r\n\r\n"))
		if !whole {
			return all, nil
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
			return nil, fmt.Errorf("the node answers %q", all)
		}
		cl.state, all = waiting, body
	}
	for {
		from := bytes.NewReader(all)
		h, err := ws.ReadHeader(from)
		if err != nil || int64(from.Len()) < h.Length {
			return all, nil // the rest is still to come
		}
		payload := all[len(all)-from.Len():][:h.Length]
		all = all[len(all)-from.Len()+int(h.Length):]
		if err := c.frame(cl, fd, h.OpCode, payload); err != nil {
			return nil, err
		}
	}
}

// pong is the answer to the hub's pings, which hold nothing; masked, with zeros.
var pong = ws.MustCompileFrame(ws.MaskFrameWith(ws.NewPongFrame(nil), [4]byte{}))

func (c *Crowd) frame(cl *client, fd int, op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		_, err := unix.Write(fd, pong) // never full: the node reads
		return err
	case ws.OpClose:
		code, text := ws.ParseCloseFrameData(payload)
		return fmt.Errorf("the node closes it with %d: %s", code, text)
	}
	if cl.state == waiting && bytes.Contains(payload, []byte(`"$welcome"`)) {
		cl.state = welcome
		c.came++
	}
	if len(c.word) > 0 && bytes.Contains(payload, c.word) {
		if cl.round == c.round {
			c.again++
		} else {
			cl.round = c.round
			c.heard++
		}
	}
	return nil
}
