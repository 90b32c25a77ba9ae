package chat

import (
	"math"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// rates are what a client may send, and how long it has sent more. They are made for its first frame, as most clients
// only listen: 210 bytes.
type rates struct {
	frames, volume            *rate.Limiter // volume: in bytes; nil: no limit
	limitedSince, limitedLast time.Time
}

func (o *Options) rates() *rates {
	return &rates{frames: o.messages(o.RatePerSecond), volume: o.bytes(o.BytesPerSecond)}
}

// allow counts a frame against the limits of its client, and its bytes against the limit of the
// client's address. What is above a limit is dropped and answered at first; a
// client that goes on above its own for a second is closed.
func (c *Conn) allow(kind int, payload []byte) bool {
	if c.closing() {
		c.readAway()
		return false
	}
	if c.rates == nil {
		c.rates = c.hub.o.rates()
	}
	now, over := time.Now(), &c.hub.over
	switch size := len(payload); { // the rest is done in functions of their own: see read about the stack
	case !lets(c.rates.frames, now, 1):
		c.overRate(now, kind, payload, over.frames)
	case !lets(c.rates.volume, now, size):
		c.overRate(now, kind, payload, over.bytes)
	case c.from != nil && !lets(c.from.volume, now, size):
		c.drop(kind, payload, over.bytesOfAddress)
	default:
		return true
	}
	return false
}

// overRate handles a frame above the client's own limit.
func (c *Conn) overRate(now time.Time, kind int, payload []byte, over *frame.Problem) {
	r := c.rates
	first := now.Sub(r.limitedLast) > time.Second
	if first {
		r.limitedSince = now
	}
	r.limitedLast = now
	switch {
	case now.Sub(r.limitedSince) >= time.Second:
		c.hub.stats.limited.Add(1)
		c.close(frame.CloseFlood)
	case !first && kind != websocket.TextMessage && kind != websocket.BinaryMessage:
		c.hub.stats.limited.Add(1) // a ping has 6 bytes, and an answer 120; nobody waits for it
	default:
		c.drop(kind, payload, over)
	}
}

// drop counts and answers a frame that is not taken.
func (c *Conn) drop(kind int, payload []byte, over *frame.Problem) {
	c.hub.stats.limited.Add(1)
	var id *int64
	if kind == websocket.TextMessage {
		id = frame.ParseID(payload)
	}
	c.send(errorFrame(over, id))
}

// share counts an event against what its client's address, and all clients, may send together.
// $ping does not count, and no ping and pong: a thousand clients behind one proxy send more of
// them than one address may, and would be taken for dead if the node did not hear them.
//
// Nobody is closed for it: of those who share a limit nobody knows who is to blame. But the reader
// waits a little, so that a flood stays where it comes from, and does not cost an answer for each frame.
func (c *Conn) share(event string) *frame.Problem {
	var over *frame.Problem
	switch now := time.Now(); {
	case event == frame.EventPing:
	case c.from != nil && !lets(c.from.messages, now, 1):
		over = c.hub.over.messagesOfAddress
	case !lets(c.hub.messages, now, 1):
		over = c.hub.over.messagesOfNode
	}
	if over != nil {
		c.hub.stats.limited.Add(1)
		time.Sleep(sharePause)
	}
	return over
}

// sharePause bounds what one connection is told in this way to a hundred answers a second. A person
// notices no delay of that size.
const sharePause = 10 * time.Millisecond

// overs are what a client is told whose frame is above a limit.
type overs struct{ frames, bytes, bytesOfAddress, messagesOfAddress, messagesOfNode *frame.Problem }

func newOvers(o *Options) overs {
	fault := func(format string, limit float64) *frame.Problem {
		return frame.Problemf(frame.CodeRateLimited, format, decimal(limit))
	}
	return overs{
		frames:            fault("dropped: more than %s messages a second; wait a moment", o.RatePerSecond),
		bytes:             fault("dropped: more than %s bytes a second; wait a moment", o.BytesPerSecond),
		bytesOfAddress:    fault("dropped: your address sends more than %s bytes a second; wait a moment", o.Shared.BytesPerIP),
		messagesOfAddress: fault("dropped: your address sends more than %s messages a second; wait a moment", o.Shared.PerIP),
		messagesOfNode:    fault("dropped: this node's clients send more than %s messages a second; wait a moment", o.Shared.PerNode),
	}
}

// decimal writes a rate as people do: 1000000, and not 1e+06.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// readAway drops a frame that arrived after the close frame was queued. Frames
// are still read, or the socket would end with a reset before the client saw why;
// but slowly: a client that floods goes on flooding.
func (c *Conn) readAway() { time.Sleep(readAwayPause) }

const readAwayPause = time.Millisecond

// messages is a limiter of messages; nil: no limit. At once it lets through what comes in as many
// seconds as RateBurst is of RatePerSecond: two by default.
func (o *Options) messages(perSecond float64) *rate.Limiter {
	seconds := 2.0
	if o.RatePerSecond > 0 {
		seconds = float64(o.RateBurst) / o.RatePerSecond
	}
	return limiter(perSecond, max(float64(o.RateBurst), perSecond*seconds))
}

// bytes is a limiter of bytes; nil: no limit. At once it lets half of a client's queue through: a
// burst closes nobody who reads, and the largest message is within it.
func (o *Options) bytes(perSecond float64) *rate.Limiter {
	return limiter(perSecond, float64(o.MaxQueueBytes/2))
}

// newConns is a limiter of new connections; nil: no limit.
func (o *Options) newConns(perSecond float64) *rate.Limiter {
	return limiter(perSecond, perSecond*connBurst)
}

// connBurst is in seconds: all who were connected may come back together.
const connBurst = 10

func limiter(perSecond, burst float64) *rate.Limiter {
	if perSecond < 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(perSecond), int(min(max(1, math.Ceil(burst)), 1<<53)))
}

// lets reports whether n more may come, and counts them if so.
func lets(l *rate.Limiter, now time.Time, n int) bool { return l == nil || l.AllowN(now, n) }

// full is how long a limiter takes until it is as good as new.
func full(l *rate.Limiter) time.Duration {
	if l == nil {
		return 0
	}
	return time.Duration(min(float64(l.Burst())/float64(l.Limit()), 3600) * float64(time.Second))
}
