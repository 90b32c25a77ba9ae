package node

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/redis/go-redis/v9/logging"
	"golang.org/x/sync/errgroup"

	chat "example.com/redis-chat/04-websocket-chat"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	"example.com/redis-chat/04-websocket-chat/page"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Relay is what RunWith needs of a relay: *relay.Relay has it.
type Relay interface {
	chat.Relay
	Run(ctx context.Context, hub *chat.Hub) error
	Ready() (reason string, ready bool)
	Metrics(hub *chat.Hub, ready func() (reason string, ready bool)) http.Handler
}

// partOf is how a relay of several parts tells whether one is ready; nil: it has none.
func partOf(r Relay) func(name string) (reason string, ready bool) {
	if parts, ok := r.(interface {
		Part(name string) (reason string, ready bool)
	}); ok {
		return parts.Part
	}
	return nil
}

// Run is a whole node: it listens, joins the cluster, and serves until ctx
// ends; then it lets its clients go and returns nil. It is what cmd/node runs,
// and what a program runs that starts nodes as processes of its own.
func Run(ctx context.Context, c Config, log *slog.Logger) error {
	return RunWith(ctx, c, log, func(o relay.Options) Relay { return relay.New(o) })
}

// RunWith is Run with another relay, which is made of the node's options.
func RunWith(ctx context.Context, c Config, log *slog.Logger, join func(relay.Options) Relay) error {
	if err := c.certificate(log); err != nil {
		return err
	}
	l, err := c.Listen()
	if err != nil {
		return err
	}
	defer l.Close()
	logging.Disable() // go-redis' own: what matters is returned as an error, and logged once by the code that decides
	c.Relay.Log, c.Relay.Node, c.Relay.Certificates = log, c.Node, c.certificates()
	// JSON can be a fifth of the MessagePack that it came as: a number in nine
	// bytes may be one digit. What is larger than this fits into no frame.
	c.Relay.MaxPayload = 4 * cmp.Or(c.Hub.MaxQueueBytes, 1<<20)
	where := c.places()
	if where != nil {
		c.Relay.Places = where
	}
	r := join(c.Relay)
	c.Hub.Log, c.Hub.Relay = log, r
	hub, err := chat.NewHub(c.Hub)
	if err != nil {
		return err
	}
	// The relay outlives the server: clients that are leaving still get what
	// comes back. A mistake of the relay's ends the server.
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	relaying, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRelay()
	ready := func() (string, bool) {
		if serving.Err() != nil {
			return "this node is going away", false
		}
		return r.Ready()
	}
	server := &chatnode.Server{
		Hub:     hub,
		Page:    page.Handler(page.Options{Node: c.Node, Peers: c.Peers, Frames: c.Frames}),
		Ready:   ready,
		Part:    partOf(r),
		Metrics: r.Metrics(hub, ready),
		Hosts:   c.AllowedHosts,
		Trusted: c.Trusted,
		Delay:   c.Delay,
		Grace:   c.Grace,
		Sockets: c.Sockets,
		TLS:     c.Certificate,
		Log:     log,
	}
	if err := profile(ctx, c.PprofAddr, c.AllowedHosts, log); err != nil {
		return err
	}
	if err := c.ServeAdmin(ctx, hub, log); err != nil {
		return err
	}
	said := []any{"addr", l.Addr().String(), "node", c.Node}
	if where == nil {
		said = append(said, "publish", c.Relay.PubAddr, "subscribe", c.Relay.SubAddr)
	} else {
		said = append(said, "sentinels", strings.Join(c.Sentinels, ","))
	}
	if c.Relay.Key != "" {
		said = append(said, "channels", wire.Pattern(c.Relay.Key)) // nodes with another key are another chat
	}
	log.Info("listening", said...)
	c.LogWhere(log, l)
	c.LogLimits(log)

	var group errgroup.Group
	group.Go(func() error {
		defer stopServing()
		return r.Run(relaying, hub)
	})
	if where != nil {
		group.Go(func() error { return where.Run(relaying) })
	}
	group.Go(func() error {
		watchMemory(serving, hub)
		return nil
	})
	group.Go(func() error {
		defer stopRelay()
		return server.Run(serving, l)
	})
	return group.Wait()
}
