package moving

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Options say which system. File and Client are needed.
type Options struct {
	File   string                          // the map's
	Client func(addr string) *redis.Client // a client of a server
	Own    string                          // what stands before the names of the nodes' own channels; default nothing
}

// Report is what a move has done.
type Report struct {
	From, To string
	Nodes    int           // that hear the lane
	Took     time.Duration // from the first word to the nodes until the last one had turned
	Already  bool          // it was there
}

// poll is the time between two looks at the servers.
const poll = 20 * time.Millisecond

// Move moves a lane to the set of that name:
//
//  1. The old set says "soon". The nodes that hear the lane subscribe to it at the new set, too, and hold back what comes there.
//  2. When as many hear it there as here, the old set says "moved", in one transaction with the key that all publishers watch. From
//     that place on it takes no message of that lane: its publishers send what they have, and what was refused, to the new set.
//  3. The nodes turn when they come to that place in the old set's stream. The file is written.
//
// When ctx ends before the second step, the first is taken back, and nothing has moved.
func Move(ctx context.Context, o Options, l lane.Lane, to string) (r Report, err error) {
	s, err := open(o)
	if err != nil {
		return r, err
	}
	defer s.close()
	began := time.Now()
	at, state, err := s.place(ctx, l)
	if err != nil {
		return r, err
	}
	dest := lanemap.Place{Move: at.Move + 1}
	if dest.Set, err = s.m.Named(to); err != nil {
		return r, err
	}
	r.From, r.To = s.m.Sets[at.Set].Name, to
	if at.Set == dest.Set {
		r.Already = true
		return r, s.write(l, at)
	}
	m := &move{sets: s, lane: l, from: at.Set, dest: dest}
	if state.Moves[l] != m.soon() { // else an earlier attempt was broken off here
		if err = m.begin(ctx); err != nil {
			return r, err
		}
	}
	if r.Nodes, err = s.awaitReady(ctx, l, at.Set, dest.Set); err != nil {
		return r, m.takeBack(ctx, err)
	}
	if err = m.end(ctx); err != nil {
		return r, err
	}
	if err = s.write(l, dest); err != nil {
		return r, fmt.Errorf("lane %d has moved, and the map does not say so: %w; call again", l, err)
	}
	if err = s.awaitNobody(ctx, l, at.Set); err != nil {
		return r, fmt.Errorf("lane %d has moved, and not all nodes have turned yet: %w", l, err)
	}
	r.Took = time.Since(began)
	return r, nil
}

// awaitReady waits until as many nodes hear a lane at the new set as at the old one, and returns how many.
func (s *sets) awaitReady(ctx context.Context, l lane.Lane, from, to int) (nodes int, err error) {
	err = s.await(ctx, func() error {
		ready, err := s.hearers(ctx, l, to)
		if err != nil {
			return err
		}
		if nodes, err = s.hearers(ctx, l, from); err != nil {
			return err
		}
		if ready < nodes {
			return fmt.Errorf("%d of %d nodes hear it at %s", ready, nodes, s.m.Sets[to].Name)
		}
		return nil
	})
	return nodes, err
}

func (s *sets) awaitNobody(ctx context.Context, l lane.Lane, at int) error {
	return s.await(ctx, func() error {
		n, err := s.hearers(ctx, l, at)
		if err == nil && n > 0 {
			err = fmt.Errorf("%d nodes hear it at %s", n, s.m.Sets[at].Name)
		}
		return err
	})
}

// await waits until nothing is missing, and else returns what was missing last. That a question was not answered because time was up says nothing
// of what was missing.
func (s *sets) await(ctx context.Context, missing func() error) error {
	var last error
	for {
		err := missing()
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(poll):
		}
	}
}
