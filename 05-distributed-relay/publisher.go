package relay

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// answerShare of the timeout is what a message may take; the rest is for
	// the answer's way back to the client.
	answerShare = 0.8
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
		for {
			clear(p.batch)
			if p.batch = p.outbox.take(p.batch[:0]); len(p.batch) == 0 {
				break
			}
			p.send(ctx, p.batch)
		}
	}
}

// send publishes a batch as one pipeline and tells everybody what became of it.
func (p *publisher) send(ctx context.Context, batch []outgoing) {
	batch, deadline := p.expire(batch)
	if len(batch) == 0 {
		return
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	if p.link == nil {
		l, err := p.o.connectMaster(ctx)
		if err != nil {
			p.fail(batch, err)
			return
		}
		p.link = l
	}
	replies := p.pipeline(ctx, batch)
	var broken error
	for i, reply := range replies {
		err := reply.Err()
		p.settle(&batch[i], err, textUnknown)
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

// expire fails what has waited too long behind a master that did not answer,
// and returns the rest with the time by which it must be answered: the oldest
// decides, so that everybody's answer is in time.
func (p *publisher) expire(batch []outgoing) (rest []outgoing, deadline time.Time) {
	timeout := time.Duration(answerShare * float64(p.o.PublishTimeout))
	latest := time.Now().Add(-time.Duration((1 - leastShare) * float64(timeout)))
	rest = batch[:0]
	for i := range batch {
		switch since := batch[i].since; {
		case since.Before(latest):
			p.fail(batch[i:i+1], context.DeadlineExceeded)
			continue
		case deadline.IsZero(), since.Add(timeout).Before(deadline):
			deadline = since.Add(timeout)
		}
		rest = append(rest, batch[i])
	}
	return rest, deadline
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

const (
	textNotSent = "not sent: this node cannot reach the master at the moment; try again"
	textUnknown = "not confirmed in time: the message may or may not reach the others; look before you send it again"
)

// fail tells all of a batch that it was not sent.
func (p *publisher) fail(batch []outgoing, err error) {
	for i := range batch {
		p.settle(&batch[i], err, textNotSent)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		p.setAway(err)
	}
}

// settle tells one sender what became of its message.
func (p *publisher) settle(m *outgoing, err error, text string) {
	switch {
	case m.own != nil:
		if m.done != nil {
			m.done(err)
		}
	case err != nil:
		m.sent.Failed(text)
		p.metrics.failed.Inc()
	default:
		m.sent.Accepted()
		p.metrics.publish.Observe(time.Since(m.since).Seconds())
	}
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
