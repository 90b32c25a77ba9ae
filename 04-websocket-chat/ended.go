package chat

import (
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// readEnded follows the last read of a connection. A client that has broken off
// is gone; one that has broken the rules is told, and is read from for a moment.
func (c *Conn) readEnded(why error) {
	c.hub.log.Debug("read ended", "id", c.id, "why", why)
	var closed *websocket.CloseError // also of a socket that has ended
	var network net.Error
	switch {
	case errors.Is(why, websocket.ErrReadLimit): // it announced 2^63 bytes or more
		c.close(frame.CloseTooLarge)
		c.linger()
	case errors.As(why, &network):
		if network.Timeout() && c.within {
			c.close(frame.CloseUnfinished)
			c.linger()
		}
	case !errors.As(why, &closed):
		c.out.cutShort() // the library has written 1002, the last that may be written
		c.linger()
	}
	c.end()
}

// linger reads, and drops, what a client still sends. A socket that is closed with
// something unread ends with a reset, and then the client may lose the reason.
func (c *Conn) linger() {
	c.out.mu.Lock()
	c.out.lingers = true // from here on a writer that is through sets no deadline
	c.out.mu.Unlock()
	socket, end := c.ws.NetConn(), time.Now().Add(c.hub.o.linger)
	_ = socket.SetReadDeadline(end)
	var rest [4096]byte
	for ; time.Now().Before(end); c.readAway() {
		if _, err := socket.Read(rest[:]); err != nil {
			return
		}
	}
}

// lingerTime is enough for the reason to reach the client, and for the frames that
// it has sent meanwhile to arrive.
const lingerTime = time.Second

// end is the last of a connection: its reader is through.
func (c *Conn) end() {
	c.hub.remove(c)
	alone := c.out.end()
	c.hub.pings.remove(c)
	if c.term != nil {
		c.term.timer.Stop()
	}
	if alone {
		c.hangUp()
	}
}

// hangUp closes the socket. The reader and a writer may both do it. The place is
// given back first: a client that sees the end may come back at once.
func (c *Conn) hangUp() {
	if !c.hungUp.Swap(true) {
		c.hub.capacity.release(c.from)
	}
	_ = c.ws.Close()
}
