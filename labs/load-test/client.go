package loadtest

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
)

// client is one connection to a server, as cheap as possible: on a small
// machine the lab takes its time from the systems that it measures. It reads
// through its engine, which several share, and keeps no bytes but those of a
// frame that is not whole yet.
type client struct {
	protocol Protocol
	node     int
	name     string
	room     *room
	sender   int         // its number among the room's senders; -1: it only listens
	deaf     bool        // it reads nothing after its welcome
	hears    atomic.Bool // a deaf one, again

	writing sync.Mutex // a sender and the engine may write at the same time
	socket  socket

	// Under the recorder's lock.
	upgraded bool
	welcome  bool
	closed   bool
	why      string    // it was closed
	tail     []byte    // of a frame that is not whole
	from     []tracker // by sender of the room
}

// room is whom a message is for.
type room struct {
	name    string
	members int
	senders []*client
}

// request is the HTTP request that asks for a WebSocket.
func (c *client) request(host string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", c.protocol.Path(c.name, c.room.name), host)
}

// feed takes in what has arrived. The bytes are the engine's: they are good
// until feed returns.
func (c *client) feed(b []byte, r *recorder) {
	if len(c.tail) > 0 {
		c.tail = append(c.tail, b...)
		b = c.tail
	}
	rest := b
	if !c.upgraded {
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			c.tail = append(c.tail[:0], b...)
			return
		}
		if !bytes.HasPrefix(b, []byte("HTTP/1.1 101")) {
			status, _, _ := bytes.Cut(b, []byte("\r\n"))
			c.end(r, fmt.Sprintf("no WebSocket: the server answers %q", status))
			return
		}
		c.upgraded = true
		rest = b[end+4:]
		if greeting := c.protocol.Greeting(); greeting != nil {
			c.answer(appendFrame(nil, opText, greeting), r)
		}
	}
	for {
		op, payload, more, ok := nextFrame(rest)
		if !ok {
			break
		}
		rest = more
		switch op {
		case opPing:
			c.answer(appendFrame(nil, opPong, payload), r)
		case opClose:
			c.end(r, closeWords(payload))
			c.tail = nil
			return
		case opPong:
		default:
			c.hear(payload, r)
		}
	}
	if c.tail = append(c.tail[:0], rest...); len(rest) == 0 && cap(c.tail) > keepTail {
		c.tail = nil // a burst's memory is not kept
	}
}

// keepTail is how many bytes of room for half frames a client keeps.
const keepTail = 4 << 10

// hear takes in a frame, line by line: some servers join messages by newlines.
func (c *client) hear(payload []byte, r *recorder) {
	for len(payload) > 0 {
		line := payload
		if i := bytes.IndexByte(payload, '\n'); i >= 0 {
			line, payload = payload[:i], payload[i+1:]
		} else {
			payload = nil
		}
		if s, ok := findStamp(line); ok {
			if int(s.sender) != c.sender && int(s.sender) < len(c.from) {
				r.arrived(s, c.from[s.sender].see(s.seq))
			}
			continue
		}
		switch sign, answer := c.protocol.Hear(line); sign {
		case Welcome:
			c.welcome = true
			r.welcome()
		case Refusal:
			r.refused(string(line))
		case Answer:
			c.answer(appendFrame(nil, opText, answer), r)
		}
	}
}

// write sends a frame.
func (c *client) write(frame []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.socket.write(frame)
}

// mute reports whether the client reads nothing for the time being. The engine
// asks after each read, on the goroutine that has read.
func (c *client) mute() bool { return c.deaf && c.welcome && !c.hears.Load() }

// shut closes the socket. After it nobody writes to the number, which another
// socket may get.
func (c *client) shut() {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.socket != nil {
		c.socket.close()
		c.socket = shutSocket{}
	}
}

// answer sends a frame that the server waits for, on a goroutine of its own: the
// engine must not wait for a server. A failure ends the client.
func (c *client) answer(frame []byte, r *recorder) {
	go func() {
		if err := c.write(frame); err != nil {
			r.broke(c, err)
		}
	}()
}

// end notes that the server ended the connection, or that it broke.
func (c *client) end(r *recorder, why string) {
	if c.closed {
		return
	}
	if c.closed, c.why = true, why; !c.deaf { // a deaf client is meant to be ended
		r.ended(why)
	}
}

func closeWords(payload []byte) string {
	if len(payload) < 2 {
		return "closed without a code"
	}
	return fmt.Sprintf("closed with %d: %s", int(payload[0])<<8|int(payload[1]), payload[2:])
}
