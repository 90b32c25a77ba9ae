package relay

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Options of a Relay. The zero value of each field works.
type Options struct {
	Node           string        // this node's name, for people; default "node"
	PubAddr        string        // host:port of the master; default 127.0.0.1:6379
	SubAddr        string        // host:port of the node's own replica; default PubAddr
	Places         Places        // instead of both, where they can change; default none
	Username       string        // for both; default none
	Password       string        // for both; default none
	TLS            *tls.Config   // for both; nil: plain TCP
	ProbeInterval  time.Duration // default 250ms; three late: not ready
	PublishTimeout time.Duration // from a client's message to its answer, or more where the master is far; default 1s
	MaxDelay       time.Duration // probes that come back later: not ready; default 5s
	MaxWaiting     int           // bytes that may wait for the master; default 32 MiB
	MaxPayload     int           // bytes of a message from Redis; a larger one is dropped and counted; default 4 MiB
	Key            string        // the beginning of the channels' names, Socket.IO's key: see wire.CheckKey; default "socket.io"
	Prefix         string        // before every channel and any key, so that tests of the usual names can share a server; default none
	Log            *slog.Logger  // default: none
	// Certificates of this node's own, by the variable that names the file: when each ends. For Metrics alone; default none.
	Certificates map[string]func() time.Time
	Trace        *Tracer // tells somebody what happens to messages; default: nobody
	Carrier      Carrier // how messages travel through Redis; default: by Pub/Sub
	Beside       *Relay  // another relay of the same node: to the others both are one publisher, and they have their metrics in common; default: none
	Durable      int     // replicas that have to have a message before it is acknowledged; default 0

	// Instead of the network's, for tests whose time is not the real one.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)

	own   string                 // before the names of the nodes' own channels
	where *atomic.Pointer[Place] // with Places: where the servers are; nil: PubAddr and SubAddr
}

func (o Options) withDefaults() Options {
	o.Node = cmp.Or(o.Node, "node")
	o.PubAddr = cmp.Or(o.PubAddr, "127.0.0.1:6379")
	o.SubAddr = cmp.Or(o.SubAddr, o.PubAddr)
	o.ProbeInterval = cmp.Or(o.ProbeInterval, 250*time.Millisecond)
	o.PublishTimeout = cmp.Or(o.PublishTimeout, time.Second)
	o.MaxDelay = cmp.Or(o.MaxDelay, 5*time.Second)
	o.MaxWaiting = cmp.Or(o.MaxWaiting, 32<<20)
	o.MaxPayload = cmp.Or(o.MaxPayload, 4<<20)
	o.Key = cmp.Or(o.Key, wire.DefaultKey)
	if o.Places != nil {
		o.where = &atomic.Pointer[Place]{}
		o.where.Store(&Place{})
	}
	o.own = o.Prefix + wire.OwnPrefix(o.Key)
	if o.Carrier == nil {
		o.Carrier = byPubSub{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// connectTime is how long connecting may take, with login and ROLE: from the other side
// of the world that is five times to and fro, and a message must not wait so long.
func (o *Options) connectTime() time.Duration { return max(5*time.Second, o.PublishTimeout) }

// Client makes a client of a server, with the login of both.
func (o *Options) Client(addr string) *redis.Client { return o.client(addr) }

// client makes a client with one connection that tries everything once: what
// is tried again, and when, is decided here and not below. Above all a PUBLISH
// whose answer was lost must not be sent twice.
func (o *Options) client(addr string) *redis.Client {
	return redis.NewClient(dial.Once(redis.Options{
		Addr: addr, Username: o.Username, Password: o.Password, TLSConfig: o.TLS,
		Dialer:       o.dial,
		Protocol:     2,
		ClientName:   "chat-node",
		DialTimeout:  o.connectTime(), // a message's own time is shorter: its context ends it
		ReadTimeout:  o.connectTime(),
		WriteTimeout: o.connectTime(),
		PoolSize:     1,
	}))
}
