// Package stalled limits the lines that wait for a client.
//
// The mistake: a line has one byte or 64 KiB. What a client costs is bytes.
// The test says: 5000 lines of one byte wait for a client, 10000 bytes may, and it is out
package stalled

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// WriteTimeout is how long one write to a client may take.
const WriteTimeout = 10 * time.Second

// Room gives lines to all its clients. Its methods may be called from any goroutine.
type Room struct {
	limit int // bytes that may wait for one client

	mu      sync.Mutex
	clients map[*client]bool
}

// client is one connection, and what waits for it.
type client struct {
	ws    *websocket.Conn
	ready chan struct{} // holds a token when there may be something to do

	mu    sync.Mutex
	queue [][]byte
	bytes int
	slow  bool // more was to wait than may
	ended bool // it is not read from any more
}

// New makes a room; limit is how many bytes may wait for one client, those that are being written not counted.
func New(limit int) *Room {
	return &Room{limit: limit, clients: map[*client]bool{}}
}

// Serve lets a client in, and reads from it until the connection ends. What it reads it drops: here clients only listen. It
// closes the connection, and when it returns nothing of this client is left, no goroutine either.
func (r *Room) Serve(ws *websocket.Conn) {
	c := &client{ws: ws, ready: make(chan struct{}, 1)}
	r.mu.Lock()
	r.clients[c] = true
	r.mu.Unlock()

	// One goroutine alone writes: the library allows no more, and a client that takes nothing then holds up nobody else.
	var writing sync.WaitGroup
	writing.Go(c.write)
	for {
		if _, _, err := ws.NextReader(); err != nil {
			break
		}
	}
	r.mu.Lock()
	delete(r.clients, c)
	r.mu.Unlock()
	ws.Close() // ends a write
	c.change(func() { c.ended = true })
	writing.Wait()
}

// Say gives a line to every client, as a text frame, in one order for all. It never waits for a client. A client for whom
// more than the limit would wait is out of the room at once; it is told so by a close frame with the code 1013
// (websocket.CloseTryAgainLater), after the line that is being written, if it takes both within WriteTimeout. What else
// waited for it is dropped.
func (r *Room) Say(line []byte) {
	r.mu.Lock() // and no socket is written to meanwhile
	defer r.mu.Unlock()
	for c := range r.clients {
		if !c.put(line, r.limit) {
			delete(r.clients, c)
		}
	}
}

// Size is how many clients are in the room.
func (r *Room) Size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.clients)
}

// put lets a line wait, and reports false when that would be too much. It never blocks.
func (c *client) put(line []byte, limit int) (taken bool) {
	c.change(func() {
		if taken = len(c.queue) < limit/100; taken {
			c.queue = append(c.queue, line)
			c.bytes += len(line)
		} else {
			c.queue, c.bytes, c.slow = nil, 0, true
		}
	})
	return taken
}

// change changes what the writer looks at, and wakes it.
func (c *client) change(what func()) {
	c.mu.Lock()
	what()
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default: // it is to wake up anyway
	}
}

// write writes what waits, line by line: each line that is not yet begun can still be dropped.
func (c *client) write() {
	for range c.ready {
		for {
			c.mu.Lock()
			if c.ended {
				c.mu.Unlock()
				return
			}
			slow := c.slow
			var line []byte
			if len(c.queue) > 0 {
				line, c.queue = c.queue[0], c.queue[1:]
				c.bytes -= len(line)
			}
			c.mu.Unlock()

			if slow {
				why := websocket.FormatCloseMessage(websocket.CloseTryAgainLater, "too slow")
				_ = c.ws.WriteControl(websocket.CloseMessage, why, time.Now().Add(WriteTimeout))
				c.ws.Close() // the reader ends by it
				return
			}
			if line == nil {
				break
			}
			// Before each write: a deadline stays, and would fail a write long after it.
			_ = c.ws.SetWriteDeadline(time.Now().Add(WriteTimeout))
			if c.ws.WriteMessage(websocket.TextMessage, line) != nil {
				c.ws.Close() // after a failed write this connection writes nothing any more
				return
			}
		}
	}
}
