package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
)

const (
	// answerShare of the timeout is what a message may take; the rest is for
	// the answer's way back to the client.
	answerShare = 0.8
	// A message with less than this share of its time left, or less than an answer
	// takes, is not sent any more: it could be taken by the master and still be
	// reported as failed, and the connection would be given up with it.
	leastShare = 0.2
)

// publisher is the one goroutine that publishes for this node.
type publisher struct {
	o       *Options
	uid     string // six characters: Socket.IO's name for a server
	pub     string // the identity of this run
	outbox  *outbox
	pending *pending
	answers answered
	held    *held
	probes  *probes
	health  *health
	metrics *metrics

	doubt  atomic.Bool   // asks for a new connection, which asks for the master's role anew
	moved  atomic.Bool   // the master is another server by now
	issued atomic.Uint64 // seq, for the goroutines that read what comes back
	around atomic.Bool   // what comes back has gone through a replica, and so proves that it was published at its master
	ask    chan struct{} // holds one token when that may have changed

	// Of the publishing goroutine alone.
	seq      uint64 // of the last message that may have been sent
	link     *link  // nil: none
	dials    dials
	buf      []byte // channels and payloads of a batch
	batch    []outgoing
	commands []command                   // of a batch
	exec     *redis.SliceCmd             // that ends their transaction; nil: they are none
	role     *redis.SliceCmd             // the ROLE behind them
	kept     *redis.IntCmd               // the WAIT behind that; nil: none
	replicas []replication.ReplicaOffset // that the master had then
	left     uint64                      // the last probe before one of them left; a later one has to come back. 0: none left
	away     error                       // why the master does not answer; nil: it does
	refused  error                       // the right to publish was revoked, in Redis' words; nil: it is there
	backoff  time.Duration
	retry    time.Time // until then nobody dials

	guarding

	at          string    // with Places: the master that is published at
	movingSince time.Time // zero: it is not about to be another one
}

// Dialling anew begins soon, as most outages are restarts, and stays below the
// probes' patience; the jitter keeps many nodes from coming back as one.
const (
	firstBackoff = 25 * time.Millisecond
	lastBackoff  = 400 * time.Millisecond
)

// run publishes until ctx ends.
func (p *publisher) run(ctx context.Context) {
	defer p.drop()
	p.dials.ctx = ctx
	defer p.dials.stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.outbox.wake:
		}
		for {
			sure := p.hold(ctx)
			clear(p.batch)
			if p.batch = p.outbox.nextBatch(p.batch[:0]); len(p.batch) == 0 {
				break
			}
			if !sure {
				p.fail(p.batch, errMoving)
				continue
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
	if p.moved.Swap(false) {
		p.movedAway()
	}
	if p.link == nil || p.doubt.Load() {
		if err := p.connect(ctx); err != nil {
			p.fail(batch, err)
			return
		}
		if batch, _ = p.expire(batch); len(batch) == 0 { // connecting took their time
			return
		}
	}
	if p.refused != nil && slices.ContainsFunc(batch, isProbe) {
		batch = append(batch, p.check())
	}
	p.ownLast(batch)
	batch, first := p.attempt(ctx, batch)
	if len(batch) == 0 {
		return
	}
	p.unfold()
	p.takeBack(batch)
	p.notePermission(batch)
	away := p.atMaster()
	if away != nil && (errors.Is(away, replication.ErrReplica) || !p.around.Load()) {
		p.pending.forget(first)
	}
	if away == nil && p.tooFew() {
		p.failShort(batch) // before anybody hears of the answer: what comes back acknowledges
	}
	p.answers.upTo(p.seq)
	doubt := away == nil && p.inDoubt(time.Now())
	var answer redis.Error
	for i := range p.commands {
		m, err := &batch[i], p.commands[i].reply.Err()
		switch {
		case errors.As(err, &answer):
			p.settle(m, err, "not accepted, the master answers: "+answer.Error())
		case away != nil:
			p.settle(m, cmp.Or(err, away), textUnknown)
		case doubt && m.sent != nil:
			p.held.put(m)
		default:
			p.settle(m, nil, "")
		}
	}
	clear(p.commands) // or its payloads live on until they are overwritten
	if away != nil {
		p.lost(away)
	}
}

// connect makes a connection to the master, proven by ROLE.
// Connecting has a time of its own, and goes on when those who wait for it have
// failed. Between failed attempts nobody dials: what comes meanwhile fails at once,
// with the reason of the last attempt.
func (p *publisher) connect(ctx context.Context) error {
	if p.doubt.Swap(false) {
		p.drop()
	}
	if !p.dials.underWay() && time.Now().Before(p.retry) {
		return p.away
	}
	l, err := p.dials.wait(ctx, p.o)
	switch {
	case ctx.Err() != nil && err != nil:
		p.noteAway(fmt.Errorf("publish to %s: connecting takes longer than a message may wait: it is far away, frozen or overloaded", p.o.pubAddr()))
		return p.away
	case err != nil:
		p.lost(err)
		return err
	}
	p.link, p.away, p.backoff = l, nil, 0
	p.probes.connected(l.took)
	p.askAround()
	return nil
}

// askAround has the role of the subscription's server asked: see Relay.followReplica.
func (p *publisher) askAround() {
	select {
	case p.ask <- struct{}{}:
	default: // it is asked for already
	}
}

// lost notes that there is no connection, and when to try again.
func (p *publisher) lost(err error) {
	p.drop()
	p.noteAway(err)
	p.backoff = min(max(2*p.backoff, firstBackoff), lastBackoff)
	p.retry = time.Now().Add(p.backoff/2 + rand.N(p.backoff/2))
}

// noteAway notes why there is no connection, and tells it once.
func (p *publisher) noteAway(err error) {
	if p.away == nil || dial.Reason(p.away) != dial.Reason(err) {
		p.o.Log.Warn("the master does not take messages", "why", err)
		if _, ok := asMistake(err); ok { // it will not pass by itself: a probe need not show it
			p.health.tell(err)
		}
	}
	p.away = err
}

// expire fails what has waited too long behind a master that did not answer,
// and returns the rest with the time by which it must be answered: the oldest
// decides, so that everybody's answer is in time.
func (p *publisher) expire(batch []outgoing) (rest []outgoing, deadline time.Time) {
	timeout := p.answerTime()
	_, answer := p.probes.answersAfter()
	latest := time.Now().Add(max(time.Duration(leastShare*float64(timeout)), answer) - timeout)
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

// answerTime is how long a message may take until its answer is on its way. Where the
// master is far that is more than the timeout: a packet that is lost is sent again
// after what an answer takes and 200 ms (RFC 6298, as Linux does it), which may happen
// to a message twice, and once to those that it waits behind.
func (p *publisher) answerTime() time.Duration {
	const resend = 200 * time.Millisecond
	_, atMost := p.probes.answersAfter()
	return max(time.Duration(answerShare*float64(p.o.PublishTimeout)), atMost+3*(atMost+resend))
}

// pipeline numbers the messages of a batch and sends it: one write, and the
// order of the batch is the order at the master. Behind them it asks for the role.
func (p *publisher) pipeline(ctx context.Context, batch []outgoing) {
	pipe := p.link.Pipeline()
	p.open(ctx, pipe, batch)
	p.commands = slices.Grow(p.commands[:0], len(batch))[:len(batch)]
	p.buf = p.buf[:0]
	for i := range batch {
		m, c := &batch[i], &p.commands[i]
		if m.own != nil {
			channel, payload := m.own()
			c.channel, c.payload, c.message = argument(p.o.own+channel), payload, nil
		} else {
			p.number(m, c)
		}
		c.queue(ctx, pipe, p.o.Carrier)
	}
	p.close(ctx, pipe)
	p.watch(ctx, pipe)
	p.issued.Store(p.seq)
	p.role = replication.NewRoleCmd(ctx)
	_ = pipe.Process(ctx, p.role)
	p.waitForReplicas(ctx, pipe, batch)
	p.tidy(ctx, pipe)
	_, _ = pipe.Exec(ctx) // each reply holds its own error
	_ = p.noteGuard()     // atMaster notices it, too
	if cap(p.buf) > 2*batchBytes {
		p.buf = nil
	}
}

// number gives a message its number and makes a command of it.
func (p *publisher) number(m *outgoing, c *command) {
	p.seq++
	e := &m.envelope
	e.UID, e.Pub, e.Seq = p.uid, p.pub, p.seq
	// A later append may move the buffer; what was appended stays where it was.
	begin := len(p.buf)
	p.buf = e.AppendChannel(append(p.buf, p.o.Prefix...), p.o.Key)
	c.channel = p.buf[begin:len(p.buf):len(p.buf)]
	begin = len(p.buf)
	var err error
	if p.buf, err = p.o.Carrier.Append(p.buf, e); err != nil {
		panic("relay: packed before: " + err.Error()) // Publish has packed what can fail
	}
	c.payload, c.message = p.buf[begin:len(p.buf):len(p.buf)], e
	p.pending.push(p.seq, m.sent, m.since)
}
