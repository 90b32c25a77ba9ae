package emitter

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	basics "example.com/redis-chat/01-redis-basics"
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
	trouble := basics.Diagnose(err)
	if answer, ok := errors.AsType[redis.Error](err); ok {
		err = answer // without what goes before it
	}
	switch trouble {
	case basics.NoAnswer:
		return fmt.Errorf("publish to %s: %w in time: is it frozen, is it not Redis, or is REDIS_TLS wrong? (%w)", addr, ErrUnreachable, err)
	case basics.NobodyThere, basics.ConnectionEnded:
		return fmt.Errorf("publish to %s: %w: start Redis there, or name the master's address (%w)", addr, ErrUnreachable, err)
	case basics.CredentialsRefused:
		return fmt.Errorf("publish to %s: the credentials are refused: set REDIS_USERNAME and REDIS_PASSWORD (%w)", addr, err)
	case basics.NotPermitted:
		return fmt.Errorf("publish to %s: this user needs the right to PUBLISH, ROLE and WAIT (%w)", addr, err)
	case basics.NotRedis:
		return fmt.Errorf("publish to %s: what answers there is not Redis: %w", addr, err)
	}
	return fmt.Errorf("publish to %s: %w", addr, err)
}
