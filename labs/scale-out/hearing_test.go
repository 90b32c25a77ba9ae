package scaleout

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// moved is a node's view of two sets, whose streams the test writes. Lane 0 is on the first.
type moved struct {
	*Sets
	t *testing.T
	n int64
}

func newMoved(t *testing.T) *moved {
	m := &lanemap.Map{Sets: []lanemap.Set{{Name: "set-a", Master: "a:1"}, {Name: "set-b", Master: "b:1"}}}
	return &moved{Sets: NewSets(m, 0, relay.Options{}), t: t}
}

// says is what a set publishes of lane 0.
func (m *moved) says(set int, moves ...lanemap.Move) pubsub.Event {
	m.n++
	s := lanemap.State{Revision: m.n, Moves: map[lane.Lane]lanemap.Move{}}
	for _, move := range moves {
		s.Moves[0] = move
	}
	return pubsub.Event{Kind: pubsub.Message, Channel: m.sets[set].carrier.moves, Payload: m.m.FormatState(s)}
}

// message is the nth on lane 0.
func (m *moved) message(nth uint64) pubsub.Event {
	return pubsub.Event{Kind: pubsub.Message, Channel: m.sets[0].carrier.channel(0), Payload: string(binary.AppendUvarint(nil, nth)) + "!"}
}

// brings has a set bring events, and returns which of them, and of those before, the node hands over to its relay.
func (m *moved) brings(set int, events ...pubsub.Event) (handed []pubsub.Event) {
	m.t.Helper()
	const end = pubsub.Silent
	r := m.sets[set].carrier.receiver
	r.rest = append(append(r.rest, events...), pubsub.Event{Kind: end})
	for {
		got, err := r.Receive(m.t.Context())
		require.NoError(m.t, err)
		for _, e := range got {
			if e.Kind == end {
				return handed
			}
			handed = append(handed, e)
		}
	}
}

var (
	toB   = lanemap.Move{To: lanemap.Place{Set: 1, Move: 1}}
	soonB = lanemap.Move{To: toB.To, Soon: true}
	backA = lanemap.Move{To: lanemap.Place{Set: 0, Move: 2}}
)

func TestLaneIsHeldBackThatStaysAndIsSoonToGoAgain(t *testing.T) {
	m := newMoved(t)
	m.brings(0, m.says(0, soonB), m.says(0), m.says(0, soonB))
	require.Empty(t, m.brings(1, m.message(2)), "the first one is still to come by set-a")
	require.Equal(t, []pubsub.Event{m.message(1)}, m.brings(0, m.message(1), m.says(0, toB)))
	require.Equal(t, []pubsub.Event{m.message(2)}, m.brings(1))
}

func TestLaneIsNoLongerHeldBackThatStays(t *testing.T) {
	m := newMoved(t)
	m.brings(0, m.says(0, soonB), m.says(0))
	m.brings(1)
	require.False(t, m.sets[1].carrier.receiver.holding[0].Load())
}

func TestLaneGoesOnWhenWhatWasHeldHasBeenDelivered(t *testing.T) {
	m := newMoved(t)
	m.brings(1, m.says(1, backA)) // it has left there again, and this node hears that before all else
	m.brings(0, m.says(0, soonB))
	require.Empty(t, m.brings(1, m.message(1)))
	m.brings(0, m.says(0, toB))
	r := m.sets[1].carrier.receiver
	handed, err := r.Receive(t.Context())
	require.NoError(t, err)
	require.Equal(t, []pubsub.Event{m.message(1)}, handed)
	require.Equal(t, 1, m.hearing.of(0), "it is about to be delivered")
	m.brings(1)
	require.Equal(t, 0, m.hearing.of(0))
}
