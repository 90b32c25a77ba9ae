package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	emitter "example.com/redis-chat/06-emitter"
)

// The flow: how many messages each node's sender, and the emitter, send in a second.
const (
	nodeRate    = 200
	emitterRate = 50
)

// patience is how long the lab waits for anything: a start, a way back, a last message.
// It is there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// crowd is everybody that talks with one system during one run: at each node a sender
// and some receivers, and an emitter. All are in one room, so a message that a node has
// not seen is one that none of its clients has got.
type crowd struct {
	stage     *stage
	room      string
	began     time.Time
	receivers []*client // of node 1, then of node 2
	senders   []*client // one at each node
	emitter   *source   // nil: the system has none
	emit      announcer

	running sync.WaitGroup
	stop    context.CancelFunc
	quiet   atomic.Bool // the flow has ended; fences go on
}

var crowds atomic.Int64

func newCrowd(st *stage, receivers int) *crowd {
	c := &crowd{stage: st, room: fmt.Sprintf("faults-%d", crowds.Add(1)), began: time.Now()}
	for node := range nodeCount {
		for i := range receivers {
			c.receivers = append(c.receivers, c.client(fmt.Sprintf("r%d-%d", node+1, i+1), node))
		}
		sender := c.client(fmt.Sprintf("s%d", node+1), node)
		sender.source = &source{id: node, name: fmt.Sprintf("sender at node %d", node+1), rate: nodeRate, size: messageBytes}
		c.senders = append(c.senders, sender)
	}
	if !st.system.Keeps {
		c.emitter = &source{id: nodeCount, name: "emitter", rate: emitterRate, size: messageBytes}
	}
	return c
}

func (c *crowd) client(name string, node int) *client {
	addrs := []string{c.stage.addrs[node]}
	for i := range c.stage.addrs {
		if i != node {
			addrs = append(addrs, c.stage.addrs[i])
		}
	}
	return &client{name: name, room: c.room, system: c.stage.system, addrs: addrs, home: node, got: newRecord(c.began), hear: make(chan struct{}, 1)}
}

// start connects everybody and begins the emitter's flow and the senders'.
func (c *crowd) start(ctx context.Context) {
	ctx, c.stop = context.WithCancel(ctx)
	if c.emitter != nil {
		c.startEmitter(ctx)
	}
	for _, cl := range c.all() {
		c.running.Go(func() { cl.run(ctx) })
	}
	c.awaitAll(ctx)
	for _, s := range c.senders {
		c.running.Go(func() { c.pump(ctx, s.source, func() { s.say() }) })
	}
	if c.emitter != nil {
		c.running.Go(func() { c.pump(ctx, c.emitter, func() { c.emitOne(ctx) }) })
	}
}

func (c *crowd) all() []*client {
	return append(append([]*client{}, c.receivers...), c.senders...)
}

// awaitAll returns when everybody is welcome, or patience is over: a client that is not
// welcome by then will miss messages, and its account shows it.
func (c *crowd) awaitAll(ctx context.Context) {
	_ = until(ctx, func() bool {
		for _, cl := range c.all() {
			if !cl.connected() {
				return false
			}
		}
		return true
	})
}

// pump sends at a steady rate, by the clock: after a short hold-up it catches up.
func (c *crowd) pump(ctx context.Context, s *source, say func()) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	began, said := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		due := int(s.rate * time.Since(began).Seconds())
		if c.quiet.Load() || due-said > int(s.rate) { // more than a second behind, as after an outage: it does not catch up
			said = due
		}
		for ; said < due; said++ {
			say()
		}
	}
}

func (c *crowd) emitOne(ctx context.Context) {
	var seq int
	var receipt emitter.Receipt
	err := c.emitter.send(c.began, func(s stamp) error {
		seq = s.seq
		var err error
		receipt, err = c.emit.atMaster(ctx).Emit(ctx, "message", string(s.appendTo(nil, c.emitter.size)))
		return err
	})
	what := unsent
	switch {
	case err == nil:
		what = accepted
	case errors.Is(err, emitter.ErrNoReceipt), errors.Is(err, emitter.ErrTooFewReplicas):
		what = accepted // it is published; nobody knows how far it got
	case errors.Is(err, emitter.ErrUnconfirmed):
		what = unknown
	case errors.Is(err, emitter.ErrReplica) && receipt.Took > 0:
		what = unknown // it is published at a server that has become a replica, whose own subscribers have it
	}
	c.emitter.told(seq, what, time.Since(c.began))
}

// flows returns when each sender has sent so many more messages.
func (c *crowd) flows(ctx context.Context, more int) error {
	begin := make([]int, len(c.senders))
	for i, s := range c.senders {
		begin[i] = s.source.numbered()
	}
	return until(ctx, func() bool {
		for i, s := range c.senders {
			if s.source.numbered() < begin[i]+more {
				return false
			}
		}
		return true
	})
}

func (c *crowd) sources() []*source {
	all := []*source{c.senders[0].source, c.senders[1].source}
	if c.emitter != nil {
		all = append(all, c.emitter)
	}
	return all
}

// fence ends the flow. Then the senders send messages called fences, again and again,
// and fence returns when each receiver has got one from each sender. Earlier messages
// that have not arrived by then do not come any more.
func (c *crowd) fence(ctx context.Context) error {
	c.quiet.Store(true)
	var after []int
	for _, s := range c.sources() {
		after = append(after, s.numbered())
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, s := range c.senders {
			s.say()
		}
		if c.emitter != nil {
			c.emitOne(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d receivers did not get all of the last messages within %v", c.missing(after), len(c.receivers), patience)
		}
		if c.missing(after) == 0 {
			return nil
		}
	}
}

func (c *crowd) missing(after []int) (n int) {
	for _, r := range c.receivers {
		for i, s := range c.sources() {
			if !r.got.has(s.id, after[i]) {
				n++
				break
			}
		}
	}
	return n
}

// end ends all connections.
func (c *crowd) end() {
	c.stop()
	c.running.Wait()
	if c.emitter != nil {
		_ = c.emit.Close()
	}
}

// until waits until a condition holds, at most as long as patience.
func until(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("not within %v", patience)
		}
	}
	return nil
}
