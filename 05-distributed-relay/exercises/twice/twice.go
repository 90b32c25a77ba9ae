// Package twice publishes what people say, and tells them what became of it.
package twice

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrNotSent: nothing was sent, so nobody hears it. Whoever says it again says it once.
	ErrNotSent = errors.New("not sent: say it again")
	// ErrUnconfirmed: it was sent, and there is no answer. Perhaps everybody hears it, perhaps nobody.
	ErrUnconfirmed = errors.New("not confirmed: look before you say it again")
)

// Publisher publishes at one master. Its methods may be called from any goroutine.
type Publisher struct {
	client *redis.Client
}

// New returns a Publisher for the master at host:port. Nothing is connected before the first Publish.
func New(addr string) *Publisher {
	return &Publisher{redis.NewClient(&redis.Options{Addr: addr})}
}

// Publish publishes text on a channel, at most once. The error is nil when the master has taken it; ErrNotSent or
// ErrUnconfirmed is in it when that did not answer. Any other error is an answer of the master's, which has not taken it.
func (p *Publisher) Publish(ctx context.Context, channel, text string) error {
	err := p.client.Publish(ctx, channel, text).Err()
	return err
}

// Close ends the connections.
func (p *Publisher) Close() error { return p.client.Close() }
