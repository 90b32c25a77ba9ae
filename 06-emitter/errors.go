package emitter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

// What Emit's errors are, for a caller who decides by them. The first three are
// mistakes in the call; nothing has been sent.
var (
	ErrEvent          = errors.New("this name of an event cannot be used")
	ErrRoom           = errors.New("this name of a room cannot be used")
	ErrArgument       = errors.New("this argument cannot be sent")
	ErrUnreachable    = errors.New("nobody answers")
	ErrReplica        = errors.New("this is a replica")
	ErrUnconfirmed    = errors.New("the event may or may not have been published")
	ErrNoReceipt      = errors.New("the event is published, but how many replicas have it is not known")
	ErrTooFewReplicas = errors.New("fewer replicas than asked for")
	ErrClosed         = errors.New("the emitter is closed")
)

// explain turns what go-redis says about a server into a sentence with its
// address and what to do.
func explain(addr string, err error) error {
	var answer redis.Error
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("publish to %s: %w", addr, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("publish to %s: %w in time: is it frozen, is it not Redis, or is REDIS_TLS wrong? (%w)", addr, ErrUnreachable, err)
	case errors.As(err, &answer):
		return fmt.Errorf("publish to %s: %w", addr, refused(answer))
	case errors.As(err, &network), errors.Is(err, io.EOF):
		return fmt.Errorf("publish to %s: %w: start Redis there, or name the master's address (%w)", addr, ErrUnreachable, err)
	default: // an answer came that go-redis cannot read
		return fmt.Errorf("publish to %s: what answers there is not Redis: %w", addr, err)
	}
}

// refused explains Redis' own errors.
func refused(answer redis.Error) error {
	text := answer.Error()
	switch {
	case strings.HasPrefix(text, "WRONGPASS"), strings.HasPrefix(text, "NOAUTH"), strings.Contains(text, "AUTH"):
		return fmt.Errorf("the credentials are refused: set REDIS_USERNAME and REDIS_PASSWORD (%w)", answer)
	case strings.HasPrefix(text, "NOPERM"):
		return fmt.Errorf("this user needs the right to PUBLISH, ROLE and WAIT (%w)", answer)
	default:
		return answer
	}
}
