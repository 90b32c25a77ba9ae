package failover

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// followed is go-redis' own client for Sentinel: it publishes and subscribes at the master, and follows it.
var followed = Experiment{
	Name:    "followed",
	Predict: "go-redis' FailoverClient follows the master. 100 messages a second are published and subscribed through it. A planned failover: how many are lost, and does anybody say so?",
	run: func(b *bench) error {
		var running sync.WaitGroup
		defer running.Wait() // last: the end of the subscription ends its reader
		client := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: b.servers.Name(), SentinelAddrs: b.servers.Sentinels(), MaxRetries: -1})
		defer client.Close()
		sub := client.Subscribe(b.ctx, "news")
		defer sub.Close()
		if _, err := sub.Receive(b.ctx); err != nil {
			return fmt.Errorf("subscribe by a FailoverClient: %w", err)
		}
		var last atomic.Int64
		ctx, stop := context.WithCancel(b.ctx)
		defer stop()
		f := flow{last: &last}
		running.Go(func() { f.publish(ctx, client) })
		running.Go(func() { f.receive(b, sub) })
		if err := b.until("messages flow", func() bool { return last.Load() > 20 }); err != nil {
			return err
		}
		b.restart("SENTINEL FAILOVER")
		if err := b.servers.FailOver(b.ctx); err != nil {
			return err
		}
		promoted, err := b.newMaster()
		if err != nil {
			return err
		}
		b.note("server %d is the master, says its ROLE", promoted)
		after := f.accepted.Load()
		if err := b.until("messages that were sent later arrive again", func() bool { return last.Load() > after }); err != nil {
			return err
		}
		if err := b.until("the old master is a replica", func() bool { return b.role(0).Master != "" }); err != nil {
			return err
		}
		b.note("the old master is a replica")
		if err := b.until("more of them arrive", func() bool { return last.Load() > f.accepted.Load()-5 }); err != nil {
			return err
		}
		stop()
		b.note("accepted %d, refused %d; %d of the accepted never arrived, and the subscription said nothing of it",
			f.accepted.Load(), f.refused.Load(), f.accepted.Load()-f.heard.Load()-(f.accepted.Load()-last.Load()))
		return nil
	},
}

// flow numbers what it publishes.
type flow struct {
	accepted, refused, heard atomic.Int64
	last                     *atomic.Int64 // the highest number that has arrived
}

func (f *flow) publish(ctx context.Context, c *redis.Client) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		if c.Publish(ctx, "news", f.accepted.Load()+1).Err() == nil {
			f.accepted.Add(1)
		} else {
			f.refused.Add(1)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// receive notes each gap.
func (f *flow) receive(b *bench, sub *redis.PubSub) {
	for m := range sub.Channel() {
		n, err := strconv.ParseInt(m.Payload, 10, 64)
		if err != nil {
			continue
		}
		f.heard.Add(1)
		if gap := n - f.last.Load() - 1; gap > 0 {
			b.note("after message %d came %d: %d are missing", f.last.Load(), n, gap)
		}
		f.last.Store(n)
	}
}
