package chat

import (
	"time"

	"github.com/gorilla/websocket"
)

// alive pushes the deadline by which the client must be heard of again.
func (c *Conn) alive() {
	if !c.closing() {
		_ = c.ws.SetReadDeadline(time.Now().Add(c.hub.o.PongTimeout)) // an error shows at the next read
	}
}

// answerPing queues a pong. Pings count against the rate like messages do: a
// flood of them costs the node as much.
func (c *Conn) answerPing(payload string) error {
	if c.withinRate(websocket.PingMessage, nil) {
		c.alive()
		c.send(appendWire(nil, opPong, []byte(payload)))
	}
	return nil
}

// takePong notes that the client lives.
func (c *Conn) takePong(string) error {
	if c.withinRate(websocket.PongMessage, nil) {
		c.alive()
	}
	return nil
}

// sendPing runs on the connection's timer.
func (c *Conn) sendPing() {
	if !c.closing() {
		c.send(pingFrame)
		c.ping.Reset(c.hub.o.PingInterval)
	}
}

var pingFrame = appendWire(nil, opPing, nil)
