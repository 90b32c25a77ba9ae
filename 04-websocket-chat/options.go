package chat

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"time"

	"example.com/redis-chat/04-websocket-chat/origin"
)

// Options of a Hub. The zero value works.
type Options struct {
	Node            string        // this node's name in "$welcome" and in presence; default "chat"
	Relay           Relay         // carries events to other nodes; nil: this hub alone
	MaxMessageBytes int           // of a client's frame; default 65536, or what a smaller MaxQueueBytes allows
	MaxQueueBytes   int           // that may wait for one client; default 1048576
	RatePerSecond   float64       // frames a client may send, sustained; default 20, below 0: no limit
	RateBurst       int           // frames at once; default 40
	BytesPerSecond  float64       // of a client's frames, sustained; default 131072, below 0: no limit
	MaxConns        int           // connections, in all; default 0, or below: as many as come
	MaxConnsPerIP   int           // from one IPv4 address or IPv6 /64; default 0: no limit. Behind a proxy all clients share an address
	Shared          SharedRates   // of an address, over all its connections, and of the node
	MaxRooms        int           // that one connection may be in; default 100
	AllowedOrigins  []string      // browsers' origins besides the same host, as https://chat.example.com; "*": all
	PingInterval    time.Duration // default 25s: below the 60s after which proxies cut a silent connection
	PongTimeout     time.Duration // silence after which a client is gone; default 60s
	WriteTimeout    time.Duration // for one write to a client that takes nothing; default 30s
	CloseTimeout    time.Duration // for a client to take the close frame and answer; default 10s
	Log             *slog.Logger  // default: none

	// Admit says what the bearer of a token may do. Its errors are sentences for the client, and show nothing of the
	// token. Default: nobody needs one. Package token has it for JSON Web Tokens.
	Admit func(token string) (Permit, error)

	// Poll makes of a client's socket, whose upgrade is done, a WebSocket that is read without a goroutine that waits,
	// and takes the socket over; nil, and the default: it does not, and each client has such a goroutine. labs/idle has one.
	Poll func(socket net.Conn) Polled

	linger time.Duration // how long a client that broke the rules is read from; 1s, in tests other
}

// SharedRates bound what many connections do together: a client that is over its own limit can
// connect anew, and has a fresh one, but its address stays. 0 is the default, below 0 is no limit.
// Where Options.RatePerSecond is no limit, these have none either unless they are set.
type SharedRates struct {
	// Messages a second from one address; default 30 × Options.RatePerSecond: 600. A class of thirty
	// behind one address passes it only if each of them sends all that a client may.
	PerIP float64
	// Messages a second of all clients; default 250 × Options.RatePerSecond: 5000, a third of what one
	// core takes in. The rest is for what comes from other nodes.
	PerNode float64
	// Bytes a second of the frames from one address; default 4 × Options.BytesPerSecond: 524288. Each
	// member of a room must read as much, or is closed; of text that is 17 KB a second for each of thirty.
	BytesPerIP float64
	// New connections a second from one address, ten times as many at once; default 1000, a twelfth of what a
	// node takes. The pages of a class are thirty; behind one proxy ten thousand may come back at once.
	NewConnsPerIP float64
	// New connections a second at this node, ten times as many at once; default 2000. 20,000 clients that
	// another node lets go come within 8 s.
	NewConnsPerNode float64
}

// Check says what is wrong with the options, before anything is made of them.
func (o Options) Check() error {
	_, err := o.withDefaults()
	return err
}

func (o Options) withDefaults() (Options, error) {
	o.Node = cmp.Or(o.Node, "chat")
	o.MaxQueueBytes = cmp.Or(o.MaxQueueBytes, 1<<20)
	most := o.MaxQueueBytes/2 - frameOverhead
	o.MaxMessageBytes = cmp.Or(o.MaxMessageBytes, max(1, min(64<<10, most)))
	o.RatePerSecond = cmp.Or(o.RatePerSecond, 20)
	o.RateBurst = cmp.Or(o.RateBurst, 40)
	o.setRates()
	o.MaxRooms = cmp.Or(o.MaxRooms, 100)
	o.PingInterval = cmp.Or(o.PingInterval, 25*time.Second)
	o.PongTimeout = cmp.Or(o.PongTimeout, 60*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 30*time.Second)
	o.CloseTimeout = cmp.Or(o.CloseTimeout, 10*time.Second)
	o.linger = cmp.Or(o.linger, lingerTime)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case o.MaxMessageBytes < 0:
		return o, fmt.Errorf("MaxMessageBytes (MAX_MESSAGE_BYTES) is %d: give a positive number", o.MaxMessageBytes)
	case o.RateBurst < 0:
		return o, fmt.Errorf("RateBurst (RATE_BURST) is %d: give a positive number", o.RateBurst)
	case o.MaxConnsPerIP < 0:
		return o, fmt.Errorf("MaxConnsPerIP (MAX_CONNS_PER_IP) is %d: give a positive number, or 0 for no limit", o.MaxConnsPerIP)
	case o.MaxMessageBytes > most:
		// Else one message of full size could close its receivers.
		return o, fmt.Errorf("MaxQueueBytes (MAX_QUEUE_BYTES) is %d: give at least %d, twice MaxMessageBytes (MAX_MESSAGE_BYTES) and what a frame adds",
			o.MaxQueueBytes, 2*(o.MaxMessageBytes+frameOverhead))
	case o.PongTimeout <= o.PingInterval:
		return o, fmt.Errorf("pong timeout %v is not above the ping interval %v: every client would be dropped", o.PongTimeout, o.PingInterval)
	}
	var allowed []string // not the caller's list
	for _, written := range o.AllowedOrigins {
		canonical, err := origin.Canonical(written)
		if err != nil {
			return o, err
		}
		allowed = append(allowed, canonical)
	}
	o.AllowedOrigins = allowed
	return o, nil
}

// setRates sets the rates that are not set.
func (o *Options) setRates() {
	s := &o.Shared
	if o.RatePerSecond < 0 {
		for _, rate := range []*float64{&o.BytesPerSecond, &s.PerIP, &s.PerNode, &s.BytesPerIP, &s.NewConnsPerIP, &s.NewConnsPerNode} {
			*rate = cmp.Or(*rate, -1)
		}
		return
	}
	o.BytesPerSecond = cmp.Or(o.BytesPerSecond, 128<<10)
	s.PerIP = cmp.Or(s.PerIP, 30*o.RatePerSecond)
	s.PerNode = cmp.Or(s.PerNode, 250*o.RatePerSecond)
	s.BytesPerIP = cmp.Or(s.BytesPerIP, 4*o.BytesPerSecond)
	s.NewConnsPerIP = cmp.Or(s.NewConnsPerIP, 1000)
	s.NewConnsPerNode = cmp.Or(s.NewConnsPerNode, 2000)
}

// frameOverhead is what a node adds to a client's message, in bytes, at most:
// the names of keys, the room, the sender and the time, all escaped. A relay
// writes data anew, and 1e4 becomes 10000: an event that grows beyond half a
// queue in this way is dropped, counted and logged.
const frameOverhead = 1024
