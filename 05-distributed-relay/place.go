package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"example.com/redis-chat/01-redis-basics/dial"
	pubsub "example.com/redis-chat/03-pubsub"
)

// Place is where a node publishes and where it subscribes.
type Place struct {
	Master string // host:port; "": not known yet
	Own    string // host:port of the node's own replica; of the master, while no replica follows it
	Moving bool   // another server is about to become the master: what is published now may reach nobody
}

// Places tells where the servers are, where that can change: package places asks Sentinel.
type Places interface {
	// Now is the Place; changed is closed when it is not true any more.
	Now() (p Place, changed <-chan struct{})
	// Avoid asks for another server to subscribe at: addr brings nothing.
	Avoid(addr string)
	// Replaced tells that the server that is to be the master calls itself a replica of another one.
	Replaced(master, by string)
}

func (o *Options) pubAddr() string {
	if o.where == nil {
		return o.PubAddr
	}
	return o.where.Load().Master
}

func (o *Options) subAddr() string {
	if o.where == nil {
		return o.SubAddr
	}
	return o.where.Load().Own
}

// locate waits until it is known where the servers are.
func (r *Relay) locate(ctx context.Context) error {
	for r.o.Places != nil {
		place, changed := r.o.Places.Now()
		if place.Master != "" {
			r.o.where.Store(&place)
			break
		}
		r.health.waiting(errNoPlace)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
	return nil
}

var errNoPlace = errors.New("no Sentinel has said yet where the master is")

// follow goes where the servers are, whenever that changes.
//
// A new master begins a new stream: its end is the promoted replica's, and what the old master took after that is in none of
// the others. So a subscription whose server does not follow the new master is left at once; its number that was read last shows
// what is missing. Between two replicas of one master a subscription moves without a gap.
func (r *Relay) follow(ctx context.Context, subscriber Receiver) {
	var looking sync.WaitGroup
	defer looking.Wait()
	for looked := ""; r.o.Places != nil; {
		before := *r.o.where.Load()
		place, changed := r.o.Places.Now()
		if place != before && place.Master != "" {
			r.o.where.Store(&place)
			r.move(before, place, subscriber)
		}
		if own := r.o.subAddr(); own != looked {
			looked = own
			looking.Go(func() { r.look(ctx, own) })
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

func (r *Relay) move(before, place Place, subscriber Receiver) {
	how := pubsub.AtProbe
	if place.Master != before.Master {
		r.o.Log.Warn("another server is the master", "now", place.Master, "before", before.Master)
		how = pubsub.AtOnce
		r.publisher.moved.Store(true)
		r.publisher.outbox.signal()
	}
	if place.Own != before.Own {
		r.o.Log.Info("going to another server to subscribe", "now", place.Own, "before", before.Own)
		client := r.o.client(place.Own)
		subscriber.Move(client, how)
		_ = client.Close() // only its options are used
	}
}

// look asks for another server to subscribe at when nobody answers at this one. Sentinels reach it, or they would not name it: the
// address may be one of a network that only they are in. Whatever else is wrong the subscription itself tells, and another server may be no better.
func (r *Relay) look(ctx context.Context, addr string) {
	attempt, cancel := context.WithTimeout(ctx, r.o.connectTime())
	defer cancel()
	l, err := r.o.connect(attempt, "subscribe at", addr)
	trouble := dial.Diagnose(err)
	switch {
	case err == nil:
		l.close()
	case ctx.Err() == nil && addr != r.o.where.Load().Master && (trouble == dial.NobodyThere || trouble == dial.NoAnswer):
		r.o.Log.Warn("looking for another server to subscribe at", "why", err)
		r.o.Places.Avoid(addr)
	}
}

// hold waits while another server is about to become the master, and then until the other nodes have had time to
// subscribe there: what is published before that may reach nobody. It reports whether it can be published now: nobody waits longer
// for the new master than for an answer.
func (p *publisher) hold(ctx context.Context) bool {
	if p.o.Places == nil {
		return true
	}
	deadline := time.Now().Add(time.Duration(holdShare * float64(p.o.PublishTimeout)))
	for {
		place, changed := p.o.Places.Now()
		if !place.Moving {
			p.settleAt(ctx, place.Master)
			return true
		}
		if p.movingSince.IsZero() {
			p.movingSince = time.Now()
		}
		rest := time.Until(deadline)
		switch {
		case time.Since(p.movingSince) > mostHold*p.o.PublishTimeout:
			return true // it has got stuck, and the old master may go on
		case rest <= 0:
			return false
		}
		select {
		case <-ctx.Done():
			return true
		case <-changed:
		case <-time.After(rest):
		}
	}
}

// settleAt notes which server is the master, and waits a moment behind a new one.
func (p *publisher) settleAt(ctx context.Context, master string) {
	before := p.at
	p.at, p.movingSince = master, time.Time{}
	if before == "" || before == master {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(settleAfter):
	}
}

const (
	// settleAfter is for the other nodes, to hear of the new master and to subscribe there.
	settleAfter = 100 * time.Millisecond
	// mostHold, in times for a message, is when a failover has got stuck: from its beginning until there is a master takes a few
	// tenths of a second.
	mostHold = 2
	// holdShare of the time for a message is what it may wait for a master.
	holdShare = 0.5
)

var errMoving = errors.New("the Sentinels are making another server the master")

// movedAway notes that the master is another server by now.
func (p *publisher) movedAway() {
	p.drop()
	p.dials.stop()
	p.away, p.backoff, p.retry = nil, 0, time.Time{}
	p.replicas = nil // of another server
}
