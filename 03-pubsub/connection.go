package pubsub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// connection is one subscription on exactly one network connection.
//
// A redis.PubSub dials anew by itself, even inside the very Receive that reports the error, and what was
// published meanwhile is missed without a word. So each connection gets a PubSub of its own whose dialer
// works once; afterwards it only answers errDialedOnce.
//
// go-redis opens it and writes to it; once it is confirmed, its messages are read here: see replies.
//
// Nothing here has a read deadline. Whoever wants it to end (the context, the time limit for connecting,
// the watcher) calls abandon with the reason, which closes the socket under the reading goroutine.
type connection struct {
	addr   string
	client *redis.Client
	pubsub *redis.PubSub
	dialer func(ctx context.Context, network, addr string) (net.Conn, error)

	sharded     bool           // by SSUBSCRIBE
	channels    []string       // that it is opened with; from its confirmation on under the link's lock, with those that it was asked for later
	unconfirmed map[string]int // by channel: how often it was asked for it, or to leave it, and has not answered yet; under the link's lock

	// Once it is confirmed:
	over     *passOver     // how messages are read that nobody needs; nil: all are handed over
	messages atomic.Uint64 // that it has brought
	answers  atomic.Uint64 // replies that are no message: to each PING one, which may be an error

	mu     sync.Mutex
	dialed bool
	socket *replies
	cause  error // why it was abandoned
	cancel context.CancelCauseFunc
}

var (
	errDialedOnce = errors.New("this subscription's connection is gone")
	errLeft       = errors.New("another connection has taken over")
	errSlotLeft   = errors.New("the server has ended a channel by itself: its slot is at another shard by now")
	errElsewhere  = errors.New("the subscription is to be at another server by now")
)

// newConnection prepares a connection to the channels, with the address, credentials and dialer of o. It opens nothing.
func newConnection(o redis.Options, writeTimeout time.Duration, channels []string) *connection {
	c := &connection{addr: o.Addr, dialer: o.Dialer, channels: channels}
	o.Dialer = c.dial
	// RESP2 carries the same messages as fast; with RESP3 go-redis also looks at each one for pushes of
	// other kinds, which a subscription has no use for.
	o.Protocol = 2
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.ClientSideCache, o.ClientSideCacheConfig = nil, nil
	o.PushNotificationProcessor = nil
	o.ReadBufferSize = 4 << 10 // for the confirmations
	// The pool that every client has stays empty: it must not dial either.
	o.MinIdleConns = 0
	o.MaxRetries, o.ContextTimeoutEnabled = -1, false
	// -1 is "no deadline"; see abandon.
	o.ReadTimeout, o.WriteTimeout = -1, writeTimeout
	c.client = redis.NewClient(&o)
	return c
}

// open dials, subscribes and waits until every channel and pattern is confirmed. Messages of a channel that
// was confirmed before the others are returned: they came after the subscription began.
func (c *connection) open(ctx context.Context, o Options) (early []Event, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("subscribe at %s: %w", c.addr, c.why(err))
		}
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	c.mu.Lock()
	c.cancel = cancel
	c.mu.Unlock()
	defer cancel(nil)
	defer time.AfterFunc(o.ConnectTimeout, func() {
		c.abandon(fmt.Errorf("not confirmed within %v: the server may be frozen or unreachable", o.ConnectTimeout))
	}).Stop()

	c.sharded = o.Sharded
	c.pubsub = c.client.Subscribe(ctx) // no channel: opens nothing yet, and so cannot swallow an error
	if len(c.channels) > 0 {
		if err := c.ask(ctx, c.channels...); err != nil {
			return nil, err
		}
	}
	if len(o.Patterns) > 0 {
		if err := c.pubsub.PSubscribe(ctx, o.Patterns...); err != nil {
			return nil, err
		}
	}
	// region: confirmed
	for unconfirmed := len(c.channels) + len(o.Patterns); unconfirmed > 0; {
		reply, err := c.receive(ctx)
		if err != nil {
			return nil, err
		}
		switch reply := reply.(type) {
		case *redis.Subscription:
			unconfirmed--
		case *redis.Message:
			early = append(early, Event{Kind: Message, Channel: reply.Channel, Pattern: reply.Pattern, Payload: reply.Payload})
		}
	}
	// end: confirmed
	c.over = newPassOver(&o)
	return early, nil
}

// receive waits for the next reply by go-redis, which knows confirmations. A negative timeout leaves the
// socket's deadline alone.
func (c *connection) receive(ctx context.Context) (any, error) {
	return c.pubsub.ReceiveTimeout(ctx, -1)
}

// next waits for the next reply, once all is confirmed: a message, wanted or passed over, or an Event without a Kind.
func (c *connection) next(patterns []string) (Event, error) {
	e, err := c.over.next(c.socket, patterns)
	switch {
	case err != nil:
	case e.Kind == Message, e.Kind == PassedOver:
		c.messages.Add(1)
	case e.Kind == 0: // nobody asks for a sign of life by what confirms a channel
		c.answers.Add(1)
	}
	return e, err
}

// subscribe asks for more channels, and unsubscribe for fewer; the reading goroutine gets the answers, and meets a failure to
// write, too.
func (c *connection) subscribe(ctx context.Context, channels ...string) {
	if len(channels) > 0 {
		_ = c.ask(ctx, channels...)
	}
}

// ask sends the command. Each SSUBSCRIBE is for one channel, as it takes no two of different slots.
func (c *connection) ask(ctx context.Context, channels ...string) error {
	if !c.sharded {
		return c.pubsub.Subscribe(ctx, channels...)
	}
	for _, channel := range channels {
		if err := c.pubsub.SSubscribe(ctx, channel); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) unsubscribe(ctx context.Context, channel string) {
	if c.sharded {
		_ = c.pubsub.SUnsubscribe(ctx, channel)
		return
	}
	_ = c.pubsub.Unsubscribe(ctx, channel)
}

// ping asks the server for a sign of life on this very connection; the reading goroutine gets the answer.
// A failure to write is not reported: the reading goroutine meets it too.
func (c *connection) ping(ctx context.Context) { _ = c.pubsub.Ping(ctx) }

// dial is the dialer of the connection's client; it works once.
func (c *connection) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c.mu.Lock()
	again := c.dialed || c.cause != nil
	c.dialed = true
	c.mu.Unlock()
	if again {
		return nil, errDialedOnce
	}
	socket, err := c.dialer(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		_ = socket.Close()
		return nil, c.cause
	}
	c.socket = newReplies(socket)
	return c.socket, nil
}

// abandon ends the connection at once, wherever it is: dialing, waiting for a confirmation, reading.
// The first cause counts.
func (c *connection) abandon(cause error) {
	c.mu.Lock()
	if c.cause == nil {
		c.cause = cause
	}
	socket, cancel := c.socket, c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
	if socket != nil {
		_ = socket.Close() // outside the lock: closing TLS may wait for its farewell
	}
}

// why returns what ended the connection: the cause it was abandoned for, else err itself.
func (c *connection) why(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return c.cause
	}
	return err
}

// close frees what the connection holds. The socket goes first, so that nothing below waits for it.
func (c *connection) close() {
	c.abandon(errDialedOnce)
	if c.pubsub != nil {
		_ = c.pubsub.Close()
	}
	_ = c.client.Close()
}
