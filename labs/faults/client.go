package faults

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	loadtest "example.com/redis-chat/labs/load-test"
)

// client is one user. When its connection ends it pauses, as talk and the page do, and
// connects to the next of its nodes.
type client struct {
	name, room string
	system     System
	addrs      []string // of the nodes that it goes to, its home first
	home       int      // number of its node
	roams      bool     // it goes to the other node when its own is gone
	got        *record
	source     *source // whose messages it sends; nil: it only listens

	last chatclient.Last // how far it has come, where that is kept; of its own goroutine
	owed atomic.Bool     // it has not yet got all that it missed

	mu   sync.Mutex
	conn *websocket.Conn // nil: not welcome
	deaf atomic.Bool     // it reads nothing, like a page on a computer that hangs
	hear chan struct{}   // gets a token when the client must read again
}

// pause is the time before a new try, as long as the first pause of chapter 04's talk.
const firstPause, longestPause = 200 * time.Millisecond, 2 * time.Second

// run keeps the client connected until ctx ends.
func (c *client) run(ctx context.Context) {
	for at, failed := 0, 0; ctx.Err() == nil; failed++ {
		if c.visit(ctx, c.addrs[at]) {
			failed = 0
		}
		if c.roams {
			at = (at + 1) % len(c.addrs)
		}
		wait := min(firstPause<<min(failed, 4), longestPause)
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

// visit is one connection, from its dialling to its end.
func (c *client) visit(ctx context.Context, addr string) (welcome bool) {
	dialing, cancel := context.WithTimeout(ctx, patience)
	conn, resp, err := websocket.DefaultDialer.DialContext(dialing, "ws://"+addr+c.path(), nil)
	cancel()
	if err != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if greeting := c.system.Protocol.Greeting(); greeting != nil {
		if conn.WriteMessage(websocket.TextMessage, greeting) != nil {
			return false
		}
	}
	for {
		if c.deaf.Load() {
			select {
			case <-c.hear:
			case <-ctx.Done():
			}
		}
		_, payload, err := conn.ReadMessage()
		if err != nil {
			c.hangUp(err, ctx)
			return welcome
		}
		welcome = c.receive(conn, payload) || welcome
	}
}

// path is the request's path and query. Where messages are kept, it says how far the client has come.
func (c *client) path() string {
	path := c.system.Protocol.Path(c.name, c.room)
	if c.last.Place != "" {
		c.owed.Store(true)
		path += "&" + url.Values{"after": {c.last.Place}, "was": {strings.Join(c.last.IDs, ",")}}.Encode()
	}
	return path
}

// note notes how far the client has come.
func (c *client) note(payload []byte) {
	if !c.system.Keeps {
		return
	}
	var m chatclient.Message
	var w frame.Welcome
	switch {
	case json.Unmarshal(payload, &m.Frame) != nil:
	case m.Event == frame.EventWelcome:
		if json.Unmarshal(m.Data, &w) == nil {
			c.last.Begin(w)
		}
	default:
		c.last.Note(m)
		if m.Event == frame.EventCaughtUp {
			c.owed.Store(false)
		}
	}
}

func (c *client) hangUp(err error, ctx context.Context) {
	c.mu.Lock()
	was := c.conn != nil
	c.conn = nil
	c.mu.Unlock()
	if was && ctx.Err() == nil {
		code := websocket.CloseAbnormalClosure
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			code = closed.Code
		}
		c.got.ended(code)
	}
}

// receive handles one frame, and reports whether it is the welcome.
func (c *client) receive(conn *websocket.Conn, payload []byte) (welcome bool) {
	c.note(payload)
	if s, ok := findStamp(payload); ok {
		c.got.arrived(s)
		return false
	}
	switch sign, answer := c.system.Protocol.Hear(payload); sign {
	case loadtest.Welcome:
		c.mu.Lock()
		c.conn = conn
		c.mu.Unlock()
		c.got.welcome()
		return true
	case loadtest.Answer:
		_ = c.write(answer)
		return false
	}
	if c.system.Tells {
		c.told(payload)
	}
	return false
}

// told handles a frame in which a node of ours says something about itself.
func (c *client) told(payload []byte) {
	var f frame.Frame
	if json.Unmarshal(payload, &f) != nil {
		return
	}
	switch f.Event {
	case "$ack":
		c.answer(&f, accepted)
	case "$error":
		var p frame.Problem
		_ = json.Unmarshal(f.Data, &p)
		// The code is the same; the words tell whether the message left the node, and whether the master refused it.
		if strings.HasPrefix(p.Text, "not sent") || strings.HasPrefix(p.Text, "not accepted") {
			c.answer(&f, unsent)
		} else {
			c.answer(&f, unknown)
		}
	case "$presence":
		var p frame.Presence
		if json.Unmarshal(f.Data, &p) == nil {
			c.got.presence(p.Count)
		}
	}
}

func (c *client) answer(f *frame.Frame, what fate) {
	if c.source != nil && f.ID != nil {
		c.source.told(int(*f.ID), what, c.got.now())
	}
}

// say sends the next message of the client's source, and reports whether there
// was a connection to send it on.
func (c *client) say() bool {
	c.mu.Lock()
	connected := c.conn != nil
	c.mu.Unlock()
	if !connected {
		return false
	}
	err := c.source.send(c.got.began, func(s stamp) error {
		data := s.appendTo(nil, c.source.size)
		var frame []byte
		if c.system.Tells {
			frame = append(append(frame, `{"event":"message","id":`...), strconv.Itoa(s.seq)...)
			frame = append(append(append(frame, `,"data":"`...), data...), `"}`...)
		} else {
			frame = c.system.Protocol.Message(nil, c.room, data)
		}
		return c.write(frame)
	})
	return err == nil
}

// write does not block for ever: when the node reads nothing, the client ends the
// connection and makes another.
func (c *client) write(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return errors.New("not connected")
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(patience)) // if it fails, the write fails too
	err := c.conn.WriteMessage(websocket.TextMessage, frame)
	if err != nil {
		_ = c.conn.Close()
	}
	return err
}

func (c *client) connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn != nil
}

// stopReading and readAgain make the client deaf for a while.
func (c *client) stopReading() { c.deaf.Store(true) }

func (c *client) readAgain() {
	if c.deaf.Swap(false) {
		c.hear <- struct{}{}
	}
}
