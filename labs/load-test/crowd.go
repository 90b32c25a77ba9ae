package loadtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"
)

// crowd is the clients of one run: who they are, and the engines that read for
// them, each with a recorder.
type crowd struct {
	clients []*client
	senders []*client
	rooms   []*room
	engines []*engine
	closed  sync.Once
}

// crowds is how many crowds there have been.
var crowds atomic.Int64

// welcoming bounds the connections that have begun and are not welcome yet:
// enough to keep the servers busy, too few to overflow the kernel's queue of
// waiting connections.
const welcoming = 64

// gather makes a crowd for the nodes of a cluster. Clients take turns: the first
// of node 1, the first of node 2, the second of node 1; and fill one room after
// the other. So each room has clients at each node, and so have the senders.
func gather(nodes int, protocol Protocol, load Load) (*crowd, error) {
	c := &crowd{}
	for range max(1, runtime.GOMAXPROCS(0)/2) { // the other half is the servers'
		e, err := newEngine(newRecorder())
		if err != nil {
			c.close()
			return nil, err
		}
		c.engines = append(c.engines, e)
		go e.run()
	}
	// Rooms of its own: messages on their way to the crowd before must not reach this one.
	n := crowds.Add(1)
	for i := range load.Rooms {
		c.rooms = append(c.rooms, &room{name: fmt.Sprintf("load-%d-%d", n, i+1)})
	}
	total := nodes * load.Clients
	for i := range total {
		r := c.rooms[i*load.Rooms/total]
		cl := &client{protocol: protocol, node: i % nodes, name: fmt.Sprintf("c%d", i+1), room: r, sender: -1}
		r.members++
		if len(r.senders)*load.Rooms < nodes*load.Senders { // each room its share, at least one
			cl.sender = len(r.senders)
			r.senders = append(r.senders, cl)
			c.senders = append(c.senders, cl)
		}
		c.clients = append(c.clients, cl)
	}
	for _, cl := range c.clients {
		cl.from = make([]tracker, len(cl.room.senders))
	}
	return c, nil
}

// connect returns when all clients are welcome.
func (c *crowd) connect(ctx context.Context, addrs []string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("connect %d clients: %w", len(c.clients), err)
		}
	}()
	ctx, stop := context.WithTimeoutCause(ctx, time.Minute, errors.New("not welcome within a minute"))
	defer stop()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	tokens := make(chan struct{}, welcoming)
	for _, e := range c.engines {
		e.recorder.expectWelcomes(tokens, fail)
	}
	takeToken := func() bool {
		select {
		case tokens <- struct{}{}:
			return true
		case <-ctx.Done():
			return false
		}
	}
	var dialing errgroup.Group
	dialing.SetLimit(4)
	for i, cl := range c.clients {
		if !takeToken() {
			break
		}
		dialing.Go(func() error {
			err := c.engines[i%len(c.engines)].connect(ctx, cl, addrs[cl.node])
			if err != nil {
				fail(err) // its token does not come back
			}
			return err
		})
	}
	if err := dialing.Wait(); err != nil {
		return cmp.Or(context.Cause(ctx), err) // the first error, not those that followed from it
	}
	for range cap(tokens) { // when all are taken, nobody is on the way
		if !takeToken() {
			return context.Cause(ctx)
		}
	}
	return nil
}

// close ends all connections, without a word: nobody wants what waits for them.
func (c *crowd) close() {
	c.closed.Do(func() {
		for _, e := range c.engines {
			e.stop()
		}
	})
}

// count sets the time from which and until which messages count.
func (c *crowd) count(since, until int64) {
	for _, e := range c.engines {
		e.recorder.count(since, until)
	}
}

// expected is how many deliveries there must be, when each sender has sent so
// many messages.
func (c *crowd) expected(sent []int64) (n int64) {
	for i, s := range c.senders {
		n += sent[i] * int64(s.room.members-1)
	}
	return n
}

// counts adds up what the recorders counted.
func (c *crowd) counts() (sum Counts, arrivals int64) {
	for _, e := range c.engines {
		r := e.recorder
		r.mu.Lock()
		sum.Delivered += r.counts.Delivered
		sum.Repeated += r.counts.Repeated
		sum.OutOfOrder += r.counts.OutOfOrder
		sum.Refused += r.counts.Refused
		sum.Closed += r.counts.Closed
		arrivals += r.arrivals
		r.mu.Unlock()
	}
	return sum, arrivals
}

// why is the server's reason when it first refused something or ended a
// connection; "": it did neither.
func (c *crowd) why() string {
	for _, e := range c.engines {
		e.recorder.mu.Lock()
		why := e.recorder.why
		e.recorder.mu.Unlock()
		if why != "" {
			return why
		}
	}
	return ""
}

// moment takes from the recorders all that has arrived since the call before.
func (c *crowd) moment() *hdrhistogram.Histogram {
	sum := newHistogram()
	for _, e := range c.engines {
		r := e.recorder
		r.mu.Lock()
		sum.Merge(r.second)
		r.second.Reset()
		r.mu.Unlock()
	}
	return sum
}

// busy is how long all engines together have worked.
func (c *crowd) busy() (sum time.Duration) {
	for _, e := range c.engines {
		sum += time.Duration(e.recorder.busy.Load())
	}
	return sum
}
