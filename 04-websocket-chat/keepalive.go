package chat

import (
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// alive pushes the deadline by which the client must be heard of again. Pings and
// pongs in the midst of a message do not: fragments without end, of which none
// need hold a byte, would else be read for ever.
func (c *Conn) alive() {
	c.out.mu.Lock() // or a close frame in between, whose deadline is sooner, would be overtaken
	defer c.out.mu.Unlock()
	if !c.out.closed {
		_ = c.ws.SetReadDeadline(time.Now().Add(c.hub.o.PongTimeout)) // an error shows at the next read
	}
}

// answerPing queues a pong. Pings count against the rate like messages do: a
// flood of them costs the node as much.
func (c *Conn) answerPing(payload string) error {
	if c.allow(websocket.PingMessage, nil) {
		if !c.within {
			c.alive()
		}
		c.send(frame.Append(nil, frame.OpPong, []byte(payload)))
	}
	return nil
}

// pongHandler returns what handles pongs: the client lives. All clients answer
// pings, and it is done in the midst of read, so it must not need a larger stack:
// it is one function and not a method's value, which are two, and the deadline
// is pushed by another goroutine.
func (c *Conn) pongHandler() func(string) error {
	return func(string) error {
		if c.allow(websocket.PongMessage, nil) && !c.within {
			go c.alive()
		}
		return nil
	}
}

// sendPing runs on the connection's timer.
func (c *Conn) sendPing() {
	if !c.closing() {
		if c.put(pingFrame) {
			c.writeNow()
		}
		c.ping.Reset(c.hub.o.PingInterval)
	}
}

var pingFrame = frame.Append(nil, frame.OpPing, nil)
