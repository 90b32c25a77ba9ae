package chat

import (
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// allow counts a frame against the client's limit. The first frames above
// it are dropped and answered; a client that goes on for a second is closed.
func (c *Conn) allow(kind int, payload []byte) bool {
	if !c.closing() && (c.quota == nil || c.quota.AllowN(time.Now(), 1)) {
		return true
	}
	c.overRate(kind, payload) // a function of its own: see read about the stack
	return false
}

func (c *Conn) overRate(kind int, payload []byte) {
	if c.closing() {
		c.readAway()
		return
	}
	now := time.Now()
	first := now.Sub(c.limitedLast) > time.Second
	if first {
		c.limitedSince = now
	}
	c.limitedLast = now
	c.hub.stats.limited.Add(1)
	if now.Sub(c.limitedSince) >= time.Second {
		c.close(frame.CloseFlood)
		return
	}
	if !first && kind != websocket.TextMessage && kind != websocket.BinaryMessage {
		return // a ping has 6 bytes, and an answer 120; nobody waits for it
	}
	var id *int64
	if kind == websocket.TextMessage {
		id = frame.ParseID(payload)
	}
	c.send(errorFrame(frame.Problemf(frame.CodeRateLimited, "dropped: more than %v messages a second; wait a moment", c.hub.o.RatePerSecond), id))
}

// readAway drops a frame that arrived after the close frame was queued. Frames
// are still read, or the socket would end with a reset before the client saw why;
// but slowly: a client that floods goes on flooding.
func (c *Conn) readAway() { time.Sleep(readAwayPause) }

const readAwayPause = time.Millisecond
