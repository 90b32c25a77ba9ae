package relay

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Some carriers want a batch as one transaction, MULTI … EXEC: whoever waits for it then gets all of it at
// once, and not its first message alone.

// open begins the transaction of a batch, if it is to be one.
func (p *publisher) open(ctx context.Context, pipe redis.Pipeliner, commands int) {
	p.exec = nil
	if commands > 1 && p.o.Carrier.Together() {
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
