package relay

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// With Options.Durable a message is acknowledged when so many replicas have it: WAIT, on
// the connection that published it, answers how many have. A server that dies takes with it
// only what nobody was told to be safe.

// waitForReplicas puts WAIT behind the messages of a batch.
func (p *publisher) waitForReplicas(ctx context.Context, pipe redis.Pipeliner, batch []outgoing) {
	p.kept = nil
	if p.o.Durable == 0 || !slices.ContainsFunc(batch, func(m outgoing) bool { return m.sent != nil }) {
		return
	}
	p.kept = redis.NewIntCmd(ctx, "wait", p.o.Durable, p.waitTime(ctx).Milliseconds())
	_ = pipe.Process(ctx, p.kept)
}

// waitTime is short: the next batch, with its probe, waits behind a replica that is away. To
// WAIT, zero is for ever.
func (p *publisher) waitTime(ctx context.Context) time.Duration {
	_, answer := p.probes.answersAfter()
	most := max(p.o.ProbeInterval, 2*answer)
	if deadline, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(deadline)/2)
	}
	return max(most, time.Millisecond)
}

// tooFew reports whether not enough replicas said that they have the batch.
func (p *publisher) tooFew() bool {
	return p.kept != nil && (p.kept.Err() != nil || p.kept.Val() < int64(p.o.Durable))
}

// failShort tells the senders of a batch that not enough replicas have it.
func (p *publisher) failShort(batch []outgoing) {
	for i := range batch {
		if batch[i].sent != nil && p.commands[i].reply.Err() == nil {
			p.settle(&batch[i], cmp.Or(p.kept.Err(), context.DeadlineExceeded), textTooFew)
		}
	}
}
