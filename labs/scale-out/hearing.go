package scaleout

import (
	"context"
	"fmt"
	"sync"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// hearing is where this node hears each lane. It follows what the sets say in their streams: a set says "soon" before a lane leaves it, and
// then the lane is heard at both, and what comes by the new set is held back. "Moved" stands in the old set's stream behind the last
// message of the lane. From that place on the lane is heard at the new set, beginning with what was held.
type hearing struct {
	sets *Sets

	mu    sync.Mutex // never held while the hub is called
	lanes [lane.Count]heard
	told  []lanemap.State // by set: what it has said, as far as this node has come in its stream
	known []chan struct{} // by set: closed when it has said something
}

type heard struct {
	at      lanemap.Place
	next    int  // the set that it is about to go to; -1: none
	clients int  // as in joins
	turning bool // the old set's goroutine has left it, and the new one's has not taken it over yet
}

func (h *hearing) begin(s *Sets) {
	h.sets = s
	for l := range h.lanes {
		h.lanes[l] = heard{at: s.m.Of(lane.Lane(l)), next: -1}
	}
	h.told = make([]lanemap.State, len(s.m.Sets))
	for range s.m.Sets {
		h.known = append(h.known, make(chan struct{}))
	}
}

// of is the set at which a lane is heard.
func (h *hearing) of(l lane.Lane) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lanes[l].at.Set
}

// Enter waits until the lane of a room is heard here.
func (s *Sets) Enter(ctx context.Context, room string) error {
	l := lane.Of(room)
	if err := s.hearing.await(ctx, l); err != nil {
		return err
	}
	for _, w := range s.hearing.enter(l) {
		if err := w.joins.bring(ctx, l, w.removing); err != nil {
			s.Leave(room)
			return err
		}
	}
	return nil
}

// await waits until the set of a lane has said whether that has left it.
func (h *hearing) await(ctx context.Context, l lane.Lane) error {
	for {
		at := h.of(l)
		select {
		case <-h.known[at]:
			if at == h.of(l) {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%s has not said which lanes have left it: is its replica there? %w", h.sets.sets[at].name, ctx.Err())
		}
	}
}

type entering struct {
	joins    *joins
	removing chan struct{}
}

// enter counts a client in, at one set or two.
func (h *hearing) enter(l lane.Lane) (waits []entering) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lanes[l].clients++
	for _, j := range h.hearers(l) {
		waits = append(waits, entering{j, j.count(l, 1)})
	}
	return waits
}

// Leave is called for each Enter.
func (s *Sets) Leave(room string) {
	l, h := lane.Of(room), &s.hearing
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lanes[l].clients--
	for _, j := range h.hearers(l) {
		j.leave(l)
	}
}

// hearers are the sets at which a lane is subscribed to. h is locked.
func (h *hearing) hearers(l lane.Lane) []*joins {
	at := []*joins{h.joins(h.lanes[l].at.Set)}
	if next := h.lanes[l].next; next >= 0 {
		at = append(at, h.joins(next))
	}
	return at
}

func (h *hearing) joins(set int) *joins { return h.sets.sets[set].carrier.joins }

// apply takes in what a set says. It is for the delivering goroutine of that set, at that place of its stream.
func (h *hearing) apply(set int, s lanemap.State) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.told[set].Moves == nil {
		close(h.known[set])
	} else if s.Revision < h.told[set].Revision {
		return // it was read before a later one came
	}
	h.told[set] = s
	for l := range h.lanes {
		if h.lanes[l].at.Set == set {
			h.step(lane.Lane(l))
		}
	}
}

// step has a lane go where its set says, as far as that is. h is locked.
func (h *hearing) step(l lane.Lane) {
	here := &h.lanes[l]
	if here.turning {
		return // what was held of it has to be delivered first: its turn ends with another step
	}
	move, moves := h.told[here.at.Set].Moves[l]
	moves = moves && move.To.Move > here.at.Move && move.To.Set != here.at.Set
	if here.next >= 0 && !(moves && move.To.Set == here.next) {
		h.stay(l)
	}
	if !moves {
		return
	}
	if here.next < 0 {
		h.prepare(l, move.To.Set)
	}
	if !move.Soon {
		h.turn(l, move.To)
	}
}

// prepare has a lane heard at the set that it is about to go to, too.
func (h *hearing) prepare(l lane.Lane, to int) {
	here, next := &h.lanes[l], h.sets.sets[to].carrier
	here.next = to
	next.receiver.holding[l].Store(true) // before it is subscribed to
	if here.clients > 0 {
		removing := next.joins.count(l, here.clients)
		h.sets.adds.Go(func() { _ = next.joins.bring(h.sets.ctx, l, removing) }) // it fails at the end of all
	}
}

// stay takes that back.
func (h *hearing) stay(l lane.Lane) {
	here := &h.lanes[l]
	next := h.sets.sets[here.next].carrier
	here.next = -1
	if here.clients > 0 {
		next.joins.discount(l, here.clients)
	}
	next.receiver.post(func() { h.forget(l, next) })
}

// forget has a set no longer hold a lane back that stays, unless the old set has said "soon" again by now.
func (h *hearing) forget(l lane.Lane, at *setCarrier) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if here := &h.lanes[l]; here.next != at.x.index && here.at.Set != at.x.index {
		at.receiver.forget(l)
	}
}

// turn ends hearing a lane at the old set, where its last message has been delivered, and begins at the new one.
func (h *hearing) turn(l lane.Lane, to lanemap.Place) {
	here := &h.lanes[l]
	old, next := h.sets.sets[here.at.Set].carrier, h.sets.sets[to.Set].carrier
	ends := old.ends(l)
	old.joins.deaf(l)
	if here.clients > 0 {
		old.joins.discount(l, here.clients)
	}
	here.at, here.next, here.turning = to, -1, true
	next.receiver.post(func() {
		next.receiver.release(l, ends)
		next.x.came()
		next.receiver.post(func() { h.turned(l) }) // when that has been delivered
	})
}

// turned goes on when what was held of a lane has been delivered.
func (h *hearing) turned(l lane.Lane) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lanes[l].turning = false
	h.step(l) // that set may have said that it has left again
}
