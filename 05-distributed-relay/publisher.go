package relay

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// A batch is bounded so that its answers come within the timeout even from
	// a slow master.
	batchMessages = 1000
	batchBytes    = 1 << 20

	// answerShare of the timeout is what a message may take; the rest is for
	// the answer's way back to the client.
	answerShare = 0.9
	// A message with less than this share of its time left is not sent any
	// more: it could be taken by the master and still be reported as failed.
	leastShare = 0.2
)

// publisher is the one goroutine that publishes for this node.
type publisher struct {
	o       *Options
	uid     string // six characters: Socket.IO's name for a server
	pub     string // the identity of this run
	outbox  *outbox
	pending *pending
	metrics *metrics

	seq   uint64 // of the last message that may have been sent
	link  *link  // nil: none
	buf   []byte // payloads of a batch
	batch []outgoing
	away  atomic.Pointer[string] // why the master does not answer; nil: it does
}

// run publishes until ctx ends.
func (p *publisher) run(ctx context.Context) {
	defer p.drop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.outbox.wake:
		}
		for waiting := p.outbox.take(); len(waiting) > 0; {
			n := p.next(waiting)
			p.send(ctx, n)
			waiting = waiting[len(n):]
		}
	}
}

// next is the first part of what waits that fits one batch.
func (p *publisher) next(waiting []outgoing) []outgoing {
	bytes := 0
	for i := range waiting {
		bytes += waiting[i].size
		if i > 0 && (i == batchMessages || bytes > batchBytes) {
			return waiting[:i]
		}
	}
	return waiting
}

// send publishes a batch as one pipeline and tells everybody what became of it.
func (p *publisher) send(ctx context.Context, batch []outgoing) {
	timeout := time.Duration(answerShare * float64(p.o.PublishTimeout))
	batch = p.expire(batch, timeout)
	if len(batch) == 0 {
		return
	}
	// The oldest decides: everybody's answer is in time then.
	ctx, cancel := context.WithDeadline(ctx, batch[0].since.Add(timeout))
	defer cancel()
	if p.link == nil {
		l, err := p.o.connectMaster(ctx)
		if err != nil {
			p.fail(batch, err, notSent)
			return
		}
		p.link = l
	}
	replies := p.pipeline(ctx, batch)
	var broken error
	for i, reply := range replies {
		err := reply.Err()
		p.settle(&batch[i], err)
		var answer redis.Error
		if err != nil && !errors.As(err, &answer) {
			broken = err
		}
	}
	if broken != nil {
		p.drop()
		p.setAway(classify("publish to", p.o.PubAddr, broken))
		return
	}
	p.away.Store(nil)
}

// expire fails what has waited too long behind a master that did not answer.
func (p *publisher) expire(batch []outgoing, timeout time.Duration) []outgoing {
	least := time.Duration(leastShare * float64(timeout))
	n := 0
	for n < len(batch) && time.Until(batch[n].since.Add(timeout)) < least {
		n++
	}
	if n > 0 {
		p.fail(batch[:n], context.DeadlineExceeded, notSent)
	}
	return batch[n:]
}

// pipeline numbers the messages of a batch and sends it: one write, and the
// order of the batch is the order at the master.
func (p *publisher) pipeline(ctx context.Context, batch []outgoing) []*redis.IntCmd {
	pipe := p.link.Pipeline()
	replies := make([]*redis.IntCmd, len(batch))
	p.buf = p.buf[:0]
	for i := range batch {
		m := &batch[i]
		if m.own != nil {
			channel, payload := m.own()
			replies[i] = pipe.Publish(ctx, p.o.Prefix+channel, payload)
			continue
		}
		p.seq++
		e := &m.envelope
		e.UID, e.Pub, e.Seq = p.uid, p.pub, p.seq
		begin := len(p.buf)
		var err error
		if p.buf, err = e.Append(p.buf); err != nil {
			panic("relay: packed before: " + err.Error()) // Publish has packed what can fail
		}
		p.pending.push(p.seq, m.sent, m.since)
		// A later Append may move the buffer; what was appended stays where it was.
		replies[i] = pipe.Publish(ctx, p.o.Prefix+e.Channel(socketIOKey), p.buf[begin:len(p.buf):len(p.buf)])
	}
	_, _ = pipe.Exec(ctx) // each reply holds its own error
	if cap(p.buf) > 2*batchBytes {
		p.buf = nil
	}
	return replies
}

const notSent, unknown = false, true

// fail tells all of a batch that it was not sent.
func (p *publisher) fail(batch []outgoing, err error, mayHaveBeenTaken bool) {
	for i := range batch {
		m := &batch[i]
		if m.own != nil && m.done != nil {
			m.done(err)
		}
		if m.sent != nil {
			m.sent.Failed(p.sentence(mayHaveBeenTaken))
			p.metrics.failed.Inc()
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		p.setAway(err)
	}
}

// settle tells one sender what the master said.
func (p *publisher) settle(m *outgoing, err error) {
	switch {
	case m.own != nil:
		if m.done != nil {
			m.done(err)
		}
	case err != nil:
		m.sent.Failed(p.sentence(unknown))
		p.metrics.failed.Inc()
	default:
		m.sent.Accepted()
		p.metrics.publish.Observe(time.Since(m.since).Seconds())
	}
}

func (p *publisher) sentence(mayHaveBeenTaken bool) string {
	if mayHaveBeenTaken {
		return fmt.Sprintf("not confirmed within %v: the message may or may not reach the others; look before you send it again", p.o.PublishTimeout)
	}
	return "not sent: this node cannot reach the master at the moment; try again"
}

// drop ends the connection; the next batch makes a new one.
func (p *publisher) drop() {
	if p.link != nil {
		p.link.close()
		p.link = nil
	}
}

func (p *publisher) setAway(err error) {
	why := err.Error()
	if old := p.away.Swap(&why); old == nil || *old != why {
		p.o.Log.Warn("the master does not take messages", "why", why)
	}
}
