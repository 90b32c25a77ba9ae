package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Some carriers want a batch as one transaction, MULTI … EXEC: whoever waits for it then gets all of it at
// once, and not its first message alone.

// ownLast puts what nodes tell each other behind the messages of a batch that is to be a transaction. A probe says how many
// messages its node has published before it; a carrier that has two ways through Redis cannot tell which entry of one moment was
// first, and a probe that comes behind later messages says that their numbers are wrong.
func (p *publisher) ownLast(batch []outgoing) {
	if p.o.Carrier.Together() {
		slices.SortStableFunc(batch, func(a, b outgoing) int { return cmp.Compare(a.rank(), b.rank()) })
	}
}

func (m *outgoing) rank() int {
	if m.own != nil {
		return 1
	}
	return 0
}

// open begins the transaction of a batch, if it is to be one.
func (p *publisher) open(ctx context.Context, pipe redis.Pipeliner, batch []outgoing) {
	p.exec = nil
	if len(batch) > 1 && p.o.Carrier.Together() || p.guard != nil && slices.ContainsFunc(batch, func(m outgoing) bool { return m.own == nil }) {
		p.exec = redis.NewSliceCmd(ctx, "exec")
		_ = pipe.Process(ctx, redis.NewStatusCmd(ctx, "multi"))
	}
}

// close ends it.
func (p *publisher) close(ctx context.Context, pipe redis.Pipeliner) {
	if p.exec != nil {
		_ = pipe.Process(ctx, p.exec)
	}
}

// unfold gives each command the answer that EXEC has for it: until now it has only that it was
// queued. When one was refused, none is carried out.
func (p *publisher) unfold() {
	if p.exec == nil {
		return
	}
	answers, why := p.exec.Val(), p.exec.Err()
	if _, answered := errors.AsType[redis.Error](why); answered && !strings.HasPrefix(why.Error(), "EXECABORT") {
		// One command has failed, and go-redis 9 reads no further where it knows such an error by a type of its own. The others may
		// have been carried out, and what it reads for the commands behind EXEC belongs to those.
		why = fmt.Errorf("the answers to a transaction were not read to their end: %s", why)
		p.role.SetErr(why)
	}
	for i := range p.commands {
		if err := p.commands[i].reply.Err(); err != nil {
			why = err // it says more than EXECABORT
			break
		}
	}
	for i := range p.commands {
		reply := p.commands[i].reply
		if why != nil {
			reply.SetErr(why)
		} else if i < len(answers) {
			if err, refused := answers[i].(error); refused {
				reply.SetErr(err)
			}
		}
	}
}
