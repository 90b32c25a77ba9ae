package chat

import "time"

// alive pushes the deadline by which the client must be heard of again.
func (c *Conn) alive() {
	if !c.closing() {
		_ = c.ws.SetReadDeadline(time.Now().Add(c.hub.o.PongTimeout)) // an error shows at the next read
	}
}

// answerPing queues a pong.
func (c *Conn) answerPing(payload string) error {
	c.alive()
	c.send(appendWire(nil, opPong, []byte(payload)))
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
