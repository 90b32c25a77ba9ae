package chat

import (
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// alive pushes the deadline by which the client must be heard of again. Pings and
// pongs in the middle of a message do not push it: a client could send fragments
// without a byte, and without end, and be read for ever.
func (c *Conn) alive() {
	c.out.mu.Lock() // or it would overwrite the sooner deadline of a close frame in between
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

// pongHandler returns the function that handles pongs: the client lives. All clients
// answer pings, and the function runs deep in the stack of read, which it must not
// make larger. So it is one function and not a method's value, which is two; and
// another goroutine pushes the deadline. An answer to a ping of ours does not count against the rate: all it costs
// is that, once an interval.
func (c *Conn) pongHandler() func(string) error {
	return func(string) error {
		asked := c.pinged.Swap(false) // the answer to our ping is free
		if (asked || c.allow(websocket.PongMessage, nil)) && !c.within {
			go c.alive()
		}
		return nil
	}
}

// sendPing runs on the goroutine of the hub's pings.
func (c *Conn) sendPing() {
	if c.closing() {
		return
	}
	c.pinged.Store(true)
	if c.put(pingFrame) {
		c.writeNow()
	}
}

var pingFrame = frame.Append(nil, frame.OpPing, nil)
