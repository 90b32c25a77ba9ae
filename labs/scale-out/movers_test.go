package scaleout_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
	"example.com/redis-chat/labs/scale-out/moving"
)

// stranger hears a lane at a set, and at no other: to a mover it is a node that is not ready.
type stranger struct {
	*redis.PubSub
	s    *several
	set  int
	lane lane.Lane
}

func (s *several) stranger(set int, l lane.Lane) *stranger {
	s.t.Helper()
	c := s.moving().Client(s.tops[set].Addrs()[0])
	s.t.Cleanup(func() { _ = c.Close() })
	x := &stranger{c.Subscribe(s.t.Context(), s.laneName(l)), s, set, l}
	s.t.Cleanup(func() { _ = x.Close() })
	_, err := x.Receive(s.t.Context()) // it is confirmed
	require.NoError(s.t, err)
	return x
}

// goes has the set hear the lane no longer by it.
func (x *stranger) goes() {
	x.s.t.Helper()
	before := x.s.hearersAt(x.set, x.lane)
	require.NoError(x.s.t, x.Close())
	require.Eventually(x.s.t, func() bool { return x.s.hearersAt(x.set, x.lane) < before }, patience, tick)
}

func (s *several) laneName(l lane.Lane) string { return fmt.Sprint(s.prefix, "chat:lane:", int(l)) }

// begins starts a move, and returns when the old set says "soon". What becomes of it comes by the channel.
func (s *several) begins(ctx context.Context, l lane.Lane, from int, dest lanemap.Place) <-chan error {
	s.t.Helper()
	moved := make(chan error, 1)
	go func() {
		_, err := s.tries(ctx, l, s.name(dest.Set))
		moved <- err
	}()
	require.Eventually(s.t, func() bool { return s.said(from, l) == lanemap.Move{To: dest, Soon: true} }, patience, tick)
	return moved
}

func (s *several) name(set int) string { return "set-" + string(rune('a'+set)) }

// said is what a set says of a lane.
func (s *several) said(set int, l lane.Lane) lanemap.Move {
	s.t.Helper()
	m, err := lanemap.Read(s.file)
	require.NoError(s.t, err)
	c := s.moving().Client(m.Sets[set].Master)
	defer c.Close()
	text, err := c.Get(s.t.Context(), s.prefix+lanemap.Key).Result()
	if err != nil {
		require.ErrorIs(s.t, err, redis.Nil)
	}
	state, err := m.ParseState(text)
	require.NoError(s.t, err)
	return state.Moves[l]
}

// One of three that hear the lane is not ready, and the move is given up. What came at set-b meanwhile was held back, and is forgotten: a later
// move delivers none of it.
func TestLaneStaysWhereANodeIsNotReadyForTheMove(t *testing.T) {
	s := startSets(t, 2, 2)
	room := roomOn(0, 2)
	l := lane.Of(room)
	alice, carol := s.dial(0, "alice", room), s.dial(1, "carol", room)
	bob, dave := s.dial(0, "bob", roomOn(1, 2)), s.dial(1, "dave", roomOn(1, 2))
	unready := s.stranger(0, l)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	moved := s.begins(ctx, l, 0, lanemap.Place{Set: 1, Move: 1})
	require.Eventually(t, func() bool { return s.hearersAt(1, l) == 2 }, patience, tick, "the nodes are ready")
	alice.say("still here")
	carol.hears("still here")
	s.repeats(unready, 1)
	bob.say("behind it") // at set-b: whoever reads that has held back what was before it
	dave.hears("behind it")
	dave.say("behind it")
	bob.hears("behind it")
	require.Empty(t, moved)
	cancel()
	require.ErrorContains(t, <-moved, fmt.Sprintf("lane %d stays at set-a", l))
	require.Zero(t, s.said(0, l))
	require.Eventually(t, func() bool { return s.hearersAt(1, l) == 0 }, patience, tick, "the nodes leave set-b")

	unready.goes()
	require.Equal(t, 2, s.move(l, "set-b").Nodes)
	alice.say("moved")
	carol.hears("moved")
	for i := range s.nodes {
		require.Zero(t, s.missed(i))
		require.Zero(t, s.metric(i, "chat_messages_repeated_total"))
	}
}

// repeats publishes at a set the next message that a stranger gets.
func (s *several) repeats(from *stranger, at int) {
	s.t.Helper()
	m, err := from.ReceiveMessage(s.t.Context())
	require.NoError(s.t, err)
	c := s.moving().Client(s.tops[at].Addrs()[0])
	defer c.Close()
	require.NoError(s.t, c.Publish(s.t.Context(), m.Channel, m.Payload).Err())
}

// The first move waits for a node. The second one, to another set, has to leave it alone: else the first says "moved" for nodes that are ready
// for it, the second does so for nobody, and half of the publishers go to either.
func TestSecondMoveOfALaneFailsAndTheFirstOneGoesOn(t *testing.T) {
	s := startSets(t, 3, 0)
	l := lane.Lane(0)
	unready := s.stranger(0, l)
	first := s.begins(t.Context(), l, 0, lanemap.Place{Set: 1, Move: 1})
	_, err := s.tries(t.Context(), l, "set-c")
	require.EqualError(t, err, "move lane 0 to set-c: somebody else moves it, too: set-a says that it is about to go to set-b; "+
		"wait until that move has ended, or end it with the same command, and call again")
	require.Equal(t, lanemap.Move{To: lanemap.Place{Set: 1, Move: 1}, Soon: true}, s.said(0, l))
	unready.goes()
	require.NoError(t, <-first)
	require.Equal(t, "set-b", s.move(l, "set-c").From)
	m, err := lanemap.Read(s.file)
	require.NoError(t, err)
	require.Equal(t, lanemap.Place{Set: 2, Move: 2}, m.Of(l))
}

// However the words of another move come to stand there, a move that waits for a node changes them neither at its end nor when it gives up.
func TestMoveChangesNoWordsButItsOwn(t *testing.T) {
	for name, other := range map[string]lanemap.Move{
		"is about to go to set-c": {To: lanemap.Place{Set: 2, Move: 1}, Soon: true},
		"has gone to set-c":       {To: lanemap.Place{Set: 2, Move: 1}},
	} {
		for end, ends := range map[string]func(*stranger, func()){
			"nodes are ready": func(unready *stranger, _ func()) { unready.goes() },
			"it gives up":     func(_ *stranger, cancel func()) { cancel() },
		} {
			t.Run(name+", "+end, func(t *testing.T) {
				s := startSets(t, 3, 0)
				l := lane.Lane(0)
				unready := s.stranger(0, l)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				moved := s.begins(ctx, l, 0, lanemap.Place{Set: 1, Move: 1})
				s.says(0, l, other)
				ends(unready, cancel)
				require.ErrorContains(t, <-moved, "set-a says that it "+name)
				require.Equal(t, other, s.said(0, l))
			})
		}
	}
}

// A lane's move has read the map, and waits. Another lane moves, and is noted. The first is noted beside it.
func TestMapKeepsTheMovesOfOtherLanes(t *testing.T) {
	s := startSets(t, 2, 0)
	unready := s.stranger(0, 0)
	first := s.begins(t.Context(), 0, 0, lanemap.Place{Set: 1, Move: 1})
	s.move(2, "set-b")
	unready.goes()
	require.NoError(t, <-first)
	m, err := lanemap.Read(s.file)
	require.NoError(t, err)
	for _, l := range []lane.Lane{0, 2} {
		require.Equal(t, lanemap.Place{Set: 1, Move: 1}, m.Of(l), "lane %d", l)
	}
}

// Their transactions meet at the old master. None of them fails of it, and none takes the others' words away.
func TestLanesMoveAtTheSameTime(t *testing.T) {
	s := startSets(t, 2, 0)
	var moves sync.WaitGroup
	for l := lane.Lane(0); l < 32; l += 2 {
		moves.Go(func() {
			_, err := s.tries(t.Context(), l, "set-b")
			assert.NoError(t, err)
		})
	}
	moves.Wait()
	_, lanes, err := moving.Where(t.Context(), s.moving())
	require.NoError(t, err)
	for l := lane.Lane(0); l < 32; l += 2 {
		require.Equal(t, lanemap.Place{Set: 1, Move: 1}, lanes[l], "lane %d", l)
	}
}
