package emitter

import (
	"context"
	"errors"
	"fmt"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
)

// Emit returns these errors, for callers that decide by them. The first four are
// mistakes in the call or in the options; nothing has been sent.
var (
	ErrKey            = errors.New("this key of the channels cannot be used")
	ErrEvent          = errors.New("this name of an event cannot be used")
	ErrRoom           = errors.New("this name of a room cannot be used")
	ErrArgument       = errors.New("this argument cannot be sent")
	ErrUnreachable    = errors.New("nobody answers")
	ErrReplica        = replication.ErrReplica
	ErrSentinel       = replication.ErrSentinel
	ErrCluster        = replication.ErrCluster
	ErrUnconfirmed    = errors.New("the event may or may not have been published")
	ErrNoReceipt      = errors.New("the event is published, but how many replicas have it is not known")
	ErrTooFewReplicas = errors.New("fewer replicas than asked for")
	ErrClosed         = errors.New("the emitter is closed")
)

// explain turns what go-redis says about a server into a sentence with its
// address and what to do.
func (l *line) explain(ctx context.Context, err error) error {
	err = fmt.Errorf("publish to %s: %w", l.addr, dial.Explain(ctx, l.client.Options(), err))
	switch dial.Diagnose(err) {
	case dial.NoAnswer, dial.NobodyThere, dial.NoDescriptor, dial.ConnectionEnded:
		return unreachable{err}
	}
	return err
}

// unreachable is ErrUnreachable too: the sentence says it already.
type unreachable struct{ error }

func (u unreachable) Unwrap() error        { return u.error }
func (u unreachable) Is(target error) bool { return target == ErrUnreachable }
