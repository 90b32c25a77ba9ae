package streams

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// aging has the stream trimmed by age. The clock is the master's, as the ids are: a probe that comes back four times a second
// has the master's time for an id, also while nobody says anything. So no node's clock counts, and whichever node trims, trims
// the same.
//
// It is about, as XTRIM takes whole nodes of its tree with ~, of 100 entries: some are kept longer, until all of their node
// are old.
type aging struct {
	now     atomic.Uint64 // milliseconds; 0: no probe has come back yet
	trimmed atomic.Int64  // entries, by this node

	// Of the publishing goroutine.
	last uint64        // when it was trimmed
	sent *redis.IntCmd // that did it, and is answered by the time of the next one
}

// trimEvery is how often it is: often enough that little is old, and 100 nodes do not make it work.
const trimEvery = 10 * time.Second

// at notes the master's time.
func (a *aging) at(id ID) { a.now.Store(id.Time) }

// trim is the command that takes away what is older, or nil when it is not due.
func (a *aging) trim(ctx context.Context, stream string, age time.Duration) redis.Cmder {
	if a.sent != nil {
		a.trimmed.Add(a.sent.Val())
		a.sent = nil
	}
	now := a.now.Load()
	if age < 0 || now == 0 || now-a.last < uint64(min(trimEvery, age).Milliseconds()) {
		return nil
	}
	a.last = now
	a.sent = redis.NewIntCmd(ctx, "xtrim", stream, "minid", "~", ID{now, 0}.ago(age).String())
	return a.sent
}
