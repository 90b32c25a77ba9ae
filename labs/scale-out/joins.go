package scaleout

import (
	"context"
	"sync"
	"time"

	"example.com/redis-chat/labs/scale-out/lane"
)

// linger is how long a lane is still heard when its last client has left: whoever comes back, or reloads a page, finds it there.
const linger = time.Second

// subscriber is what joins needs of a subscription.
type subscriber interface {
	Add(ctx context.Context, channel string) error
	Remove(channel string)
}

// joins knows which lanes this node hears: those of the rooms that its clients are in.
type joins struct {
	channel func(lane.Lane) string
	begun   chan struct{} // closed when there is a subscription
	to      subscriber    // from then on

	mu    sync.Mutex
	lanes [lane.Count]join
}

type join struct {
	clients  int           // and rooms: each client that is in a room of the lane, for each of them
	ending   *time.Timer   // runs when there are none; nil: the lane is not heard, or there are some
	removing chan struct{} // closed when the subscription has been told; nil: it need not be
	heard    bool          // from the place of the confirmation on
	times    int           // how often it was heard anew: the numbers of the times before say nothing
}

func newJoins(channel func(lane.Lane) string) *joins {
	return &joins{channel: channel, begun: make(chan struct{})}
}

func (j *joins) begin(to subscriber) {
	j.to = to
	close(j.begun)
}

// enter counts a client in, and waits until its lane is heard.
func (j *joins) enter(ctx context.Context, l lane.Lane) error {
	err := j.bring(ctx, l, j.count(l, 1))
	if err != nil {
		j.leave(l)
	}
	return err
}

// count counts clients in, one or more. removing is for bring.
func (j *joins) count(l lane.Lane, clients int) (removing chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	join := &j.lanes[l]
	join.clients += clients
	if join.ending != nil {
		join.ending.Stop()
		join.ending = nil
	}
	return join.removing
}

func (j *joins) bring(ctx context.Context, l lane.Lane, removing chan struct{}) error {
	select {
	case <-j.begun:
	case <-ctx.Done():
		return ctx.Err()
	}
	if removing != nil {
		<-removing // or the lane would be removed behind this
	}
	return j.to.Add(ctx, j.channel(l))
}

// leave counts a client out.
func (j *joins) leave(l lane.Lane) { j.discount(l, 1) }

// discount counts clients out, one or more.
func (j *joins) discount(l lane.Lane, clients int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	join := &j.lanes[l]
	if join.clients -= clients; join.clients == 0 {
		join.ending = time.AfterFunc(linger, func() { j.end(l) })
	}
}

// deaf notes that a lane's messages do not come here any more, though it is still subscribed to.
func (j *joins) deaf(l lane.Lane) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lanes[l].heard = false
}

// end no longer hears a lane, unless somebody has come.
func (j *joins) end(l lane.Lane) {
	j.mu.Lock()
	join := &j.lanes[l]
	if join.clients > 0 || join.ending == nil || join.removing != nil {
		j.mu.Unlock()
		return
	}
	join.ending, join.heard = nil, false // first: from now on probes are not held against it
	removing := make(chan struct{})
	join.removing = removing
	j.mu.Unlock()
	select {
	case <-j.begun:
		j.to.Remove(j.channel(l))
	default: // nobody was ever asked
	}
	j.mu.Lock()
	join.removing = nil
	j.mu.Unlock()
	close(removing)
}

// hear notes that a lane's messages come from here on. It is for the delivering goroutine, at that place among them.
func (j *joins) hear(l lane.Lane) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if join := &j.lanes[l]; join.removing == nil && (join.clients > 0 || join.ending != nil) {
		join.heard = true
		join.times++
	}
}

// wanted reports whether a lane is to be heard.
func (j *joins) wanted(l lane.Lane) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lanes[l].clients > 0 || j.lanes[l].ending != nil
}

// heard reports whether a lane is heard, and how often it began to be.
func (j *joins) heard(l lane.Lane) (times int, heard bool) {
	if l == lane.Everybody {
		return 1, true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lanes[l].times, j.lanes[l].heard
}
