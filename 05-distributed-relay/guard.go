package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Guard is a Carrier of a relay that publishes only what belongs to its master, where that can change: labs/scale-out moves rooms from
// master to master. A key there says it. Each batch is a transaction behind a WATCH of that key (chapter 01): when it has been changed,
// the batch is not carried out, the relay learns what it says now, and tries again with what still belongs here. So from the place of the
// change on, in the master's order, no message is behind it that should not be, however late its publisher hears of it.
type Guard interface {
	Carrier
	// Key is that key's name.
	Key() string
	// Learn takes in its value, "" when there is none: before the first messages of a connection, and whenever it has changed. take takes
	// those messages out of all that wait here which are to be published elsewhere, in their order, for another relay's Accept. With an error
	// nothing is published: what belongs here is not known.
	Learn(value string, take func(elsewhere func(*wire.Envelope) bool) []Waiting) error
	// Begin is called before the messages of a batch are appended, and Back when it was not carried out: their numbers are free again.
	Begin()
	Back()
	// Check is a channel with the same beginning as the messages' own, which nobody reads: who may publish there may publish them. What all of a
	// system's own channels begin with is left out.
	Check() string
}

// guarding is what a publisher knows of its guard.
type guarding struct {
	guard    Guard            // of the carrier; nil: it has none
	watched  *redis.StatusCmd // the WATCH of its key, behind a batch
	value    *redis.StringCmd // and the GET
	says     string           // what the key says
	news     bool             // and the guard has not learnt it
	watching *link            // on which it is watched; nil: none
}

// Waiting is a message between two relays of one node.
type Waiting struct{ m outgoing }

// Envelope is the message. It has no number yet.
func (w *Waiting) Envelope() *wire.Envelope { return &w.m.envelope }

// Accept publishes a message in another relay's stead. Its sender has waited since that took it.
func (r *Relay) Accept(w Waiting) {
	if !r.publisher.outbox.put(w.m) {
		r.publisher.settle(&w.m, errors.New(textFull), textFull)
	}
}

// attempt sends a batch, again and again while the guard's key changes under it. It returns what was sent, and its first number.
func (p *publisher) attempt(ctx context.Context, batch []outgoing) (sent []outgoing, first uint64) {
	for {
		var err error
		if batch, err = p.obey(ctx, batch); err != nil {
			p.fail(batch, err)
			p.lost(err)
			return nil, 0
		}
		if len(batch) == 0 {
			return nil, 0
		}
		if p.guard != nil {
			p.guard.Begin()
		}
		first = p.seq + 1
		p.pipeline(ctx, batch)
		switch {
		case p.guard == nil || p.exec == nil:
			return batch, first
		case redis.IsExecAbortError(p.exec.Err()): // one was refused, and none is carried out; takeBack does the rest
			p.guard.Back()
			return batch, first
		case !errors.Is(p.exec.Err(), redis.Nil):
			return batch, first
		}
		p.seq = first - 1
		p.issued.Store(p.seq)
		p.pending.forget(first)
		p.guard.Back()
	}
}

// obey learns what the guard's key says, if that is news, and returns those of a batch that belong here.
func (p *publisher) obey(ctx context.Context, batch []outgoing) ([]outgoing, error) {
	if p.guard == nil {
		return batch, nil
	}
	if p.watching != p.link {
		pipe := p.link.Pipeline()
		p.watch(ctx, pipe)
		_, _ = pipe.Exec(ctx) // the reply holds its own error
		if err := p.noteGuard(); err != nil {
			return batch, classify("publish to", p.o.pubAddr(), err)
		}
		p.news = true
	}
	if !p.news {
		return batch, nil
	}
	err := p.guard.Learn(p.says, func(elsewhere func(*wire.Envelope) bool) (taken []Waiting) {
		goes := func(m outgoing) bool { return m.own == nil && elsewhere(&m.envelope) }
		for _, m := range batch {
			if goes(m) {
				taken = append(taken, Waiting{m})
			}
		}
		batch = slices.DeleteFunc(batch, goes)
		for _, m := range p.outbox.take(goes) {
			taken = append(taken, Waiting{m})
		}
		return taken
	})
	if err != nil {
		return batch, fmt.Errorf("publish to %s: %w", p.o.pubAddr(), err)
	}
	p.news = false
	return batch, nil
}

// watch puts the guard's commands behind a batch. From there on a change spoils the next one.
func (p *publisher) watch(ctx context.Context, pipe redis.Pipeliner) {
	if p.guard != nil {
		p.watched = redis.NewStatusCmd(ctx, "watch", p.guard.Key())
		_ = pipe.Process(ctx, p.watched)
		p.value = redis.NewStringCmd(ctx, "get", p.guard.Key())
		_ = pipe.Process(ctx, p.value)
	}
}

// noteGuard notes the answer to that.
func (p *publisher) noteGuard() error {
	if p.guard == nil {
		return nil
	}
	value, err := p.value.Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	// A user who may GET and not WATCH would publish unguarded.
	if err = cmp.Or(p.watched.Err(), err); err != nil {
		p.watching = nil
		return err
	}
	p.news = p.news || p.says != value
	p.says, p.watching = value, p.link
	return nil
}

// take takes out the messages of which goes is true.
func (b *outbox) take(goes func(outgoing) bool) (taken []outgoing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages.items {
		if goes(m) {
			taken = append(taken, m)
			b.bytes -= m.size
		}
	}
	b.messages.items = slices.DeleteFunc(b.messages.items, goes)
	return taken
}

// checkGuarded is check for a guard: a message of a client's kind may not belong here.
func checkGuarded(g Guard) outgoing {
	return outgoing{
		own:    func() (string, []byte) { return g.Check(), nil },
		checks: true, since: time.Now(),
	}
}
