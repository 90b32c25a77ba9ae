package loadtest

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func (l Load) withDefaults() Load {
	l.Clients = cmp.Or(l.Clients, 100)
	l.Senders = cmp.Or(l.Senders, 5)
	l.Rooms = cmp.Or(l.Rooms, 1)
	l.Size = cmp.Or(l.Size, 128)
	l.Warmup = cmp.Or(l.Warmup, 2*time.Second)
	l.Length = cmp.Or(l.Length, 5*time.Second)
	l.Senders = min(l.Senders, l.Clients)
	return l
}

// check says what is wrong with a load, in one sentence.
func (l Load) check(nodes int) error {
	switch {
	case !(l.Rate > 0 && l.Rate <= 1e7): // also what is no number
		return fmt.Errorf("a rate of %v messages a second: give a positive number, to ten million", l.Rate)
	case l.Clients < 1 || l.Senders < 1 || l.Rooms < 1 || l.Warmup < 0 || l.Length < 0:
		return fmt.Errorf("%d clients, %d senders, %d rooms, %v and %v: none may be negative", l.Clients, l.Senders, l.Rooms, l.Warmup, l.Length)
	case l.Size < stampBytes || l.Size > 60<<10:
		return fmt.Errorf("messages of %d bytes: give %d, which the lab's own marks need, to %d", l.Size, stampBytes, 60<<10)
	case l.Rooms*2 > nodes*l.Clients:
		return fmt.Errorf("%d rooms for %d clients: give each room at least two, one who sends and one who hears it", l.Rooms, nodes*l.Clients)
	}
	return nil
}

// drainQuiet is how long nothing may arrive, after the last message was sent,
// before missing messages count as lost; drainMost bounds the whole wait.
var (
	drainQuiet = time.Second
	drainMost  = 10 * time.Second
)

// Run puts a load on a cluster. An error means that there is nothing to tell.
// The cluster's mistakes under the load are in the result.
func (c *Cluster) Run(ctx context.Context, load Load, watch Watch) (Run, error) {
	return c.runAt(ctx, c.Nodes, load, watch)
}

// runAt puts a load on some nodes, one place for each load.Clients.
func (c *Cluster) runAt(ctx context.Context, nodes []string, load Load, watch Watch) (Run, error) {
	load = load.withDefaults()
	if err := load.check(len(nodes)); err != nil {
		return Run{}, err
	}
	crowd, err := gather(len(nodes), c.Protocol, load)
	if err != nil {
		return Run{}, err
	}
	defer crowd.close()
	if err := crowd.connect(ctx, nodes); err != nil {
		return Run{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return c.put(ctx, load, crowd, watch)
}

// put sends a load through a crowd that is connected.
func (c *Cluster) put(ctx context.Context, load Load, crowd *crowd, watch Watch) (Run, error) {
	s := load.schedule(now() + int64(50*time.Millisecond))
	crowd.count(s.since, s.until)
	sending := make(chan struct{})
	var sent []int64
	var late *hdrhistogram.Histogram
	sendCtx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer close(sending)
		sent, late = crowd.send(sendCtx, s)
	}()
	m := meter{cluster: c, crowd: crowd, schedule: s, watch: watch}
	run, err := m.measure(ctx)
	if err != nil {
		stop()
	}
	<-sending
	if err != nil && c.failure() == nil {
		return Run{}, err
	}
	for _, n := range sent {
		run.Counts.Sent += n
	}
	run.Counts.Expected = crowd.expected(sent)
	m.drain(ctx, run.Counts.Expected)
	m.finish(&run, late)
	run.System, run.Nodes, run.Load = c.Name, len(c.Nodes), load
	return run, ctx.Err()
}
