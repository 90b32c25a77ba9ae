package moving_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
	"example.com/redis-chat/labs/scale-out/moving"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

const patience = 2 * time.Minute

// sets are two, each a master and a replica, and no node. Moves with nodes are tried where the nodes are: in the lab's root.
type sets struct {
	moving.Options
	t    *testing.T
	tops []topology.Topology
}

func start(t *testing.T) *sets {
	topologytest.Faults(t) // of running servers there is one set
	s := &sets{t: t, Options: moving.Options{
		File: filepath.Join(t.TempDir(), "map"), Own: redistest.Prefix(t),
		Client: func(addr string) *redis.Client {
			return redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
		},
	}}
	m := &lanemap.Map{}
	for _, name := range []string{"set-a", "set-b"} {
		top := topologytest.Start(t, 1)
		s.tops = append(s.tops, top)
		m.Sets = append(m.Sets, lanemap.Set{Name: name, Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	require.NoError(t, m.Write(s.File))
	return s
}

func (s *sets) move(ctx context.Context, l lane.Lane, to string) (moving.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return moving.Move(ctx, s.Options, l, to)
}

// stays tries to move lane 4, with more time each time, as a slow machine may not come that far before it is over, until that is why it stays.
func (s *sets) stays(why string) (err error) {
	s.t.Helper()
	for limit := 100 * time.Millisecond; limit < patience; limit *= 2 {
		ctx, cancel := context.WithTimeout(s.t.Context(), limit)
		_, err = moving.Move(ctx, s.Options, 4, "set-b")
		cancel()
		if err != nil && strings.Contains(err.Error(), why) {
			return err
		}
	}
	require.ErrorContains(s.t, err, why)
	return err
}

// says is what a master says, or said first.
func (s *sets) says(set int, text ...string) string {
	s.t.Helper()
	c := s.Client(s.tops[set].Addrs()[0])
	defer c.Close()
	if len(text) > 0 {
		require.NoError(s.t, c.Set(s.t.Context(), s.Own+lanemap.Key, text[0], 0).Err())
	}
	said, err := c.Get(s.t.Context(), s.Own+lanemap.Key).Result()
	if err != nil {
		require.ErrorIs(s.t, err, redis.Nil)
	}
	return said
}

func (s *sets) mapped(l lane.Lane) lanemap.Place {
	s.t.Helper()
	m, err := lanemap.Read(s.File)
	require.NoError(s.t, err)
	return m.Of(l)
}

func TestMoveIsToldByTheOldMasterAndTheMap(t *testing.T) {
	s := start(t)
	r, err := s.move(t.Context(), 4, "set-b")
	require.NoError(t, err)
	require.Equal(t, []any{"set-a", "set-b", 0, false}, []any{r.From, r.To, r.Nodes, r.Already})
	require.Regexp(t, `^rev \d+\n4 set-b 1\n$`, s.says(0))
	require.Empty(t, s.says(1))
	require.Equal(t, lanemap.Place{Set: 1, Move: 1}, s.mapped(4))

	r, err = s.move(t.Context(), 4, "set-a") // and back
	require.NoError(t, err)
	require.Equal(t, "set-b", r.From)
	require.Regexp(t, `^rev \d+\n4 set-a 2\n$`, s.says(1))
	require.Equal(t, lanemap.Place{Set: 0, Move: 2}, s.mapped(4))
}

// The program was ended between the master's word and the map's: the next call for it writes the map.
func TestMapLearnsWhatTheMastersKnow(t *testing.T) {
	s := start(t)
	s.says(0, "rev 1\n4 set-b 1\n")
	r, err := s.move(t.Context(), 4, "set-b")
	require.NoError(t, err)
	require.True(t, r.Already)
	require.Equal(t, lanemap.Place{Set: 1, Move: 1}, s.mapped(4))
	require.Equal(t, "rev 1\n4 set-b 1\n", s.says(0), "nothing is said again")
}

func TestMoveThatWasBrokenOffGoesOnWithTheSameCommand(t *testing.T) {
	s := start(t)
	s.says(0, "rev 1\n4 set-b 1 soon\n")
	_, err := s.move(t.Context(), 4, "set-b")
	require.NoError(t, err)
	require.Regexp(t, `^rev \d+\n4 set-b 1\n$`, s.says(0))
}

func TestLaneGoesToNoSetThatTheMapDoesNotHave(t *testing.T) {
	s := start(t)
	_, err := s.move(t.Context(), 4, "set-c")
	require.EqualError(t, err, `no set is named "set-c" in the map`)
	require.Empty(t, s.says(0))
}

// A server that does not answer may have nodes that hear the lane: nobody knows whether they are ready.
func TestLaneStaysWhereAServerDoesNotSayWhoHearsIt(t *testing.T) {
	s := start(t)
	replica := s.tops[0].Addrs()[1]
	require.NoError(t, s.tops[0].Kill(1))
	err := s.stays("lane 4 stays at set-a: ask " + replica + " of set-a who hears it: ")
	require.ErrorContains(t, err, "mend the server, or take it out of the map")
	require.Regexp(t, `^rev \d+\n$`, s.says(0), "it is taken back")
	require.Equal(t, lanemap.Place{}, s.mapped(4))
}

// Who hears the lane at the new set before has done so since an earlier time, and would not begin anew at its end here.
func TestLaneStaysWhileSomebodyHearsItAtItsNewSetAlready(t *testing.T) {
	s := start(t)
	c := s.Client(s.tops[1].Addrs()[1])
	defer c.Close()
	sub := c.Subscribe(t.Context(), s.Own+lane.Channels+"4")
	defer sub.Close()
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	require.EqualError(t, s.stays("lane 4 stays at set-a: 1 nodes hear it at set-b"), "lane 4 stays at set-a: 1 nodes hear it at set-b")
	require.Empty(t, s.says(0))
}

func TestLaneOfADeadMasterDoesNotMove(t *testing.T) {
	s := start(t)
	master := s.tops[0].Addrs()[0]
	require.NoError(t, s.tops[0].Kill(0))
	_, err := s.move(t.Context(), 4, "set-b")
	require.ErrorContains(t, err, "ask set-a at "+master+" what has moved: ")
	_, _, err = moving.Where(t.Context(), s.Options)
	require.ErrorContains(t, err, "ask set-a at "+master+" what has moved: ")
	require.Equal(t, lanemap.Place{}, s.mapped(4))
}
