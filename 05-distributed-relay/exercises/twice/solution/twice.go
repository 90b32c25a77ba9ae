// Package twice publishes what people say, and tells them what became of it.
package twice

import (
	"context"
	"errors"
	"fmt"
	"net"

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
	//exercise:stub
	// return &Publisher{redis.NewClient(&redis.Options{Addr: addr})}
	//exercise:solution
	// MaxRetries: to go-redis every command is as good as a GET, so it sends it again when no answer comes, up to three
	// times. 0 is not "none", it is "as usual".
	return &Publisher{redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})}
	//exercise:end
}

// Publish publishes text on a channel, at most once. The error is nil when the master has taken it; ErrNotSent or
// ErrUnconfirmed is in it when that did not answer. Any other error is an answer of the master's, which has not taken it.
func (p *Publisher) Publish(ctx context.Context, channel, text string) error {
	err := p.client.Publish(ctx, channel, text).Err()
	//exercise:stub
	// return err
	//exercise:solution
	var answer redis.Error
	var operation *net.OpError
	switch {
	case err == nil, errors.As(err, &answer):
		return err
	case errors.As(err, &operation) && operation.Op == "dial":
		return fmt.Errorf("%w: %w", ErrNotSent, err)
	default:
		// Most likely a read has failed. A write may have failed just as well, but behind a part that was sent: who knows?
		return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
	}
	//exercise:end
}

// Close ends the connections.
func (p *Publisher) Close() error { return p.client.Close() }
