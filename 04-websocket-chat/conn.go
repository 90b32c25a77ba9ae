package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
)

// Conn is one client's connection, as the hub sees it.
type Conn struct {
	hub  *Hub
	ws   WebSocket
	id   string
	name string
	home string  // the room of the URL
	addr string  // host and port
	from *source // its address; nil: no address has a limit
	out  queue
	raw  syscall.RawConn // for writes that do not wait; nil: there are none

	self   []string // id: what an event of this client leaves out
	was    []string // ids of its connections before, when it has come back
	turn   turn     // under pings.mu
	seat   bool     // it was let in
	writer func()   // write, made once: starting a writer allocates nothing

	since time.Time
	sent  atomic.Int64 // messages that it has sent

	hungUp atomic.Bool // its place is given back
	pinged atomic.Bool // and has not answered

	// Of the reader's goroutine alone.
	rates  *rates // nil: it has sent nothing yet
	within bool   // a message: some of it has come, not all

	// Under hub.mu; the reader may read rooms without it, as only the reader changes it.
	rooms      []*room
	gone       bool
	term       *term  // nil: without end
	at         int    // index in hub.all
	seated     uint64 // hub.recoveries when it was let in
	hearing           // of what is kept no longer
	visit      uint64 // by Deliver: what hub.visit was when targets last met this connection
	individual bool   // by Deliver: it does not get just what the others get, see noteIndividuals
	reached    bool   // by Deliver: it is a target
	skips      []int  // by Deliver: the events that it does not get
}

// read reads frames until the socket ends.
//
// A goroutine begins with a stack of 2 KiB, which doubles when it is not enough
// and in practice stays so. The library needs 1 KiB of them to wait for a frame.
// So this function keeps little on the stack, and other functions handle the frame.
// A connection that listens, and answers pings, then costs 2 KiB less.
func (c *Conn) read() {
	for {
		kind, r, err := c.ws.NextReader()
		if err == nil {
			err = c.readFrame(kind, r)
		}
		if err == ErrNothingYet { // only of a Polled, which calls read again
			return
		}
		if err != nil {
			c.readEnded(err)
			return
		}
	}
}

// readFrame reads one frame and does what it asks for.
func (c *Conn) readFrame(kind int, r io.Reader) error {
	buf := readBuffers.Get().(*readBuffer)
	defer func() {
		buf.limited.R = nil
		if buf.Cap() <= keepReadBytes { // one large message must not cost memory for ever
			readBuffers.Put(buf)
		}
	}()
	buf.Reset()
	buf.limited = io.LimitedReader{R: r, N: int64(c.hub.o.MaxMessageBytes) + 1}
	c.within = true
	n, err := buf.ReadFrom(&buf.limited)
	if err != nil {
		return err
	}
	c.within = false
	c.alive()
	switch {
	case c.closing():
		c.readAway()
	case n > int64(c.hub.o.MaxMessageBytes):
		c.close(frame.CloseTooLarge)
	case !c.allow(kind, buf.Bytes()):
	case kind == websocket.BinaryMessage:
		c.binary(append([]byte{}, buf.Bytes()...)) // an empty one, too, is not nil
	case !utf8.Valid(buf.Bytes()):
		c.close(frame.CloseNotUTF8)
	default:
		c.text(buf.Bytes())
	}
	return nil
}

// readBuffer is what a frame is read into.
type readBuffer struct {
	bytes.Buffer
	limited io.LimitedReader // what it is read from; here, so that it is not made for each frame
}

// readBuffers are borrowed, so that no idle connection has one.
var readBuffers = sync.Pool{New: func() any { return new(readBuffer) }}

// keepReadBytes is the largest buffer that is kept.
const keepReadBytes = 64 << 10

// text handles a text frame.
func (c *Conn) text(text []byte) {
	f, problem := frame.Parse(text)
	if over := c.share(f.Event); over != nil {
		problem = over
	} else if problem == nil {
		problem = c.handle(f)
	}
	if problem != nil {
		c.hub.log.Debug("frame refused", "id", c.id, "code", problem.Code, "why", problem.Text)
		c.send(errorFrame(problem, f.ID))
	}
}

func (c *Conn) handle(f frame.Frame) *frame.Problem {
	switch {
	case f.Event == frame.EventPing:
		c.send(pongFrame)
		return nil
	case f.Event == frame.EventToken && c.hub.o.Admit != nil:
		return c.renew(f)
	case f.Event[0] == '$' || f.Event == frame.EventBinary:
		return frame.Problemf(frame.CodeReservedEvent, "the event %q is the node's own; choose a name without $, other than binary", f.Event)
	case f.Event == frame.EventJoin || f.Event == frame.EventLeave:
		return c.move(f)
	}
	name := f.Room
	if name == "" {
		name = c.home
	}
	return c.publish(Event{Name: f.Event, Data: f.Data, Key: f.Key, Again: f.Again && f.Key != ""}, name, f.ID)
}

var pongFrame = frame.Encode(frame.EventPong, "", nil, nil)

// move joins or leaves a room.
func (c *Conn) move(f frame.Frame) *frame.Problem {
	var name string
	if json.Unmarshal(f.Data, &name) != nil || !frame.ValidRoom(name) {
		return frame.Problemf(frame.CodeBadFrame, `%s needs a room, as in {"event":"%s","data":"go"}: %s`, f.Event, f.Event, frame.RoomRule)
	}
	if f.Event == frame.EventJoin {
		start, problem := c.hub.join(c, name, f.ID)
		if start {
			go c.writer()
		}
		return problem
	}
	problem := c.hub.leave(c, name)
	if problem == nil && f.ID != nil {
		c.send(frame.Encode(frame.EventAck, "", nil, f.ID))
	}
	return problem
}

// binary handles a binary frame: it goes to the room of the URL.
func (c *Conn) binary(payload []byte) {
	problem := c.share(frame.EventBinary)
	if problem == nil {
		problem = c.publish(Event{Name: frame.EventBinary, Binary: payload}, c.home, nil)
	}
	if problem != nil {
		c.send(errorFrame(problem, nil))
	}
}

// publish stamps an event and hands it to the relay.
func (c *Conn) publish(e Event, name string, id *int64) *frame.Problem {
	r := c.in(name)
	if r == nil {
		return frame.Problemf(frame.CodeNotInRoom, `you are not in room %.64q; send {"event":"join","data":…} first`, name)
	}
	e.Rooms, e.Except = r.target, c.self
	e.From, e.At = c.name, time.Now()
	e.Sent = &Sent{conn: c, id: id}
	if c.hub.debug {
		c.hub.log.Debug("message", "id", c.id, "event", e.Name, "room", name, "data", string(e.Data), "bytes", len(e.Data)+len(e.Binary))
	}
	if err := c.hub.relay.Publish(e); err != nil {
		if problem, ok := errors.AsType[*frame.Problem](err); ok {
			return problem
		}
		return frame.Problemf(frame.CodeBadFrame, "%v", err)
	}
	c.hub.stats.received.Add(1)
	c.sent.Add(1)
	return nil
}

// answerClose echoes the client's close frame through the queue: what waits
// there goes first.
func (c *Conn) answerClose(code int, _ string) error {
	reply := frame.CloseReason{Code: uint16(code)}
	if code == websocket.CloseNoStatusReceived {
		reply.Code = 0
	}
	c.close(reply)
	return nil
}

// The hub logs these words, at level info, for each connection that comes and goes, with
// the group client: its id, its name, its first room. Programs that read a node's log
// look for them.
const (
	LogConnected    = "connected"
	LogDisconnected = "disconnected"
)

func (c *Conn) logAttrs() slog.Attr {
	return slog.Group("client", "id", c.id, "name", c.name, "room", c.home)
}
