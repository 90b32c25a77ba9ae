package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// house has all rooms. A room that has become empty stays: the load test makes
// no new ones.
type house struct {
	mu    sync.Mutex
	rooms map[string]*room
}

func (h *house) room(name string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[name]
	if r == nil {
		r = &room{name: quote(name)}
		h.rooms[name] = r
	}
	return r
}

// conn is one client's connection.
type conn struct {
	ws   *websocket.Conn
	name string // as JSON
	room *room
	at   int // in room.conns, under room.members
	own  int // of the deliverer: messages of this batch that it has sent itself

	mu     sync.Mutex
	socket attempt
	rest   []byte // what the socket has not taken
	slow   bool   // a goroutine drains rest
}

// Small buffers, and for writing none at all: gorilla writes nothing after the
// upgrade.
var upgrader = websocket.Upgrader{ReadBufferSize: 512, WriteBufferPool: &sync.Pool{}}

// ServeHTTP upgrades and returns: a handler that stayed would keep the stack
// and the buffers of its request.
func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, room := or(r.FormValue("name"), "guest"), or(r.FormValue("room"), "lobby")
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &conn{ws: ws, name: quote(name), room: h.room(room)}
	if err := c.socket.open(ws.NetConn().(*net.TCPConn)); err != nil { // there is no TLS here
		_ = ws.Close()
		return
	}
	// Control frames go the same way as all others. Written directly, one could
	// land in the middle of a frame that is half written.
	ws.SetPingHandler(func(data string) error {
		c.send(appendFrame(nil, opPong, []byte(data)))
		return nil
	})
	ws.SetCloseHandler(func(code int, _ string) error {
		c.send(appendFrame(nil, opClose, websocket.FormatCloseMessage(code, "")))
		return nil
	})
	go c.read(appendWelcome(nil, c.name, c.room.name))
}

func (c *conn) read(welcome []byte) {
	c.room.join(c, welcome)
	defer func() {
		c.room.leave(c)
		_ = c.ws.Close()
	}()
	var text bytes.Buffer // empty until the client sends something: listeners cost nothing
	for {
		_, frame, err := c.ws.NextReader()
		if err != nil {
			return
		}
		text.Reset()
		if _, err := text.ReadFrom(frame); err != nil {
			return
		}
		var in struct {
			Event string          `json:"event"`
			Data  json.RawMessage `json:"data"`
		}
		if json.Unmarshal(text.Bytes(), &in) != nil || in.Event != "message" || in.Data == nil {
			c.send(refusal)
			continue
		}
		c.room.publish(c, in.Data)
	}
}

// send writes frames as far as the socket takes them, and never waits. It does
// not keep b.
func (c *conn) send(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.slow {
		n, err := c.socket.write(b)
		if err != nil {
			c.end()
			return
		}
		if n == len(b) {
			return
		}
		b = b[n:]
		c.slow = true
		go c.drain()
	}
	if c.rest = append(c.rest, b...); len(c.rest) > limitBytes {
		c.end()
	}
}

// end lets the reader end. Only the reader closes the socket, after it has left the
// room: so nobody can write to a descriptor that another connection has by then.
func (c *conn) end() { _ = c.ws.NetConn().SetReadDeadline(past) }

var past = time.Unix(1, 0)

const (
	limitBytes = 1 << 20          // that may wait for a connection; past it, it is closed
	patience   = 10 * time.Second // for a slow connection to take something
)

// drain writes what a slow connection could not take, until nothing is left.
func (c *conn) drain() {
	socket := c.ws.NetConn()
	for {
		c.mu.Lock()
		b := c.rest
		if c.rest = nil; len(b) == 0 {
			c.slow = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		_ = socket.SetWriteDeadline(time.Now().Add(patience)) // fails only where Write does
		if _, err := socket.Write(b); err != nil {
			c.end()
			return // slow for ever: nothing is written any more
		}
	}
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
