package moving

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// sets are those of a map, and connections to their servers.
type sets struct {
	o       Options
	m       *lanemap.Map
	clients map[string]*redis.Client // by address
}

func open(o Options) (*sets, error) {
	m, err := lanemap.Read(o.File)
	if err != nil {
		return nil, err
	}
	return &sets{o: o, m: m, clients: map[string]*redis.Client{}}, nil
}

func (s *sets) close() {
	for _, c := range s.clients {
		_ = c.Close() // nothing is under way
	}
}

func (s *sets) client(addr string) *redis.Client {
	c := s.clients[addr]
	if c == nil {
		c = s.o.Client(addr)
		s.clients[addr] = c
	}
	return c
}

func (s *sets) key() string { return s.o.Own + lanemap.Key }

// place is where a lane is: where the map says, and on from there as the masters say. state is what the last of them says.
func (s *sets) place(ctx context.Context, l lane.Lane) (at lanemap.Place, state lanemap.State, err error) {
	at = s.m.Of(l)
	for {
		if state, err = s.state(ctx, at.Set); err != nil {
			return at, state, err
		}
		move, moved := state.Moves[l]
		if !moved || move.Soon || move.To.Move <= at.Move {
			return at, state, nil
		}
		at = move.To
	}
}

func (s *sets) state(ctx context.Context, set int) (lanemap.State, error) {
	at := s.m.Sets[set]
	return s.read(ctx, at, s.client(at.Master))
}

func (s *sets) read(ctx context.Context, at lanemap.Set, c redis.Cmdable) (lanemap.State, error) {
	text, err := c.Get(ctx, s.key()).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return lanemap.State{}, fmt.Errorf("ask %s at %s what has moved: %w", at.Name, at.Master, err)
	}
	return s.m.ParseState(text)
}

// say changes what a set says: key and message in one transaction, so that in the set's stream both have the same place. change sees what the
// set says at that place, and can refuse. When somebody else writes in between, it is called again with that.
func (s *sets) say(ctx context.Context, set int, change func(map[lane.Lane]lanemap.Move) error) error {
	at := s.m.Sets[set]
	var refused error
	once := func(tx *redis.Tx) error {
		state, err := s.read(ctx, at, tx)
		if err != nil {
			return err
		}
		if refused = change(state.Moves); refused != nil {
			return refused
		}
		state.Revision = max(state.Revision+1, time.Now().UnixMilli()) // of a master that has lost its keys it is larger, too
		text := s.m.FormatState(state)
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Set(ctx, s.key(), text, 0)
			pipe.Publish(ctx, s.key(), text)
			return nil
		})
		return err
	}
	var err error = redis.TxFailedErr
	for errors.Is(err, redis.TxFailedErr) {
		err = s.client(at.Master).Watch(ctx, once, s.key())
	}
	if err != nil && refused == nil {
		err = fmt.Errorf("tell %s at %s: %w", at.Name, at.Master, err)
	}
	return err
}

// hearers counts the nodes that hear a lane at a set. Each server is asked: none knows the others' subscribers. One that does not answer
// may have some.
func (s *sets) hearers(ctx context.Context, l lane.Lane, set int) (nodes int, err error) {
	at := s.m.Sets[set]
	channel := s.o.Own + lane.Channels + strconv.Itoa(int(l))
	for _, addr := range append([]string{at.Master}, at.Replicas...) {
		n, err := s.client(addr).PubSubNumSub(ctx, channel).Result()
		if err != nil {
			return 0, fmt.Errorf("ask %s of %s who hears it: %w; mend the server, or take it out of the map", addr, at.Name, err)
		}
		nodes += int(n[channel])
	}
	return nodes, nil
}

// write notes in the map where a lane is. The map is read anew: others may have noted other lanes since this move began. A line that is lost
// nonetheless, as two write at the same moment, is no harm: the masters say it.
func (s *sets) write(l lane.Lane, at lanemap.Place) error {
	m, err := lanemap.Read(s.o.File)
	if err != nil {
		return err
	}
	if at.Set, err = m.Named(s.m.Sets[at.Set].Name); err != nil || m.Of(l) == at {
		return err
	}
	m.Move(l, at)
	return m.Write(s.o.File)
}

// Where is where each lane is, as the map and the masters say.
func Where(ctx context.Context, o Options) (m *lanemap.Map, lanes [lane.Count]lanemap.Place, err error) {
	s, err := open(o)
	if err != nil {
		return nil, lanes, err
	}
	defer s.close()
	for l := range lanes {
		if lanes[l], _, err = s.place(ctx, lane.Lane(l)); err != nil {
			return nil, lanes, err
		}
	}
	return s.m, lanes, nil
}
