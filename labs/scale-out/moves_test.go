package scaleout_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
	"example.com/redis-chat/labs/scale-out/moving"
)

func (s *several) moving() moving.Options {
	return moving.Options{File: s.file, Own: s.prefix, Client: func(addr string) *redis.Client {
		return redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
	}}
}

func (s *several) move(l lane.Lane, to string) moving.Report {
	s.t.Helper()
	r, err := s.tries(s.t.Context(), l, to)
	require.NoError(s.t, err)
	return r
}

func (s *several) tries(ctx context.Context, l lane.Lane, to string) (moving.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return moving.Move(ctx, s.moving(), l, to)
}

// speaks says numbered messages, as fast as they are answered, until stop is closed, and returns how many were accepted.
func (p *person) speaks(stop <-chan struct{}) (said int, err error) {
	const ahead = 16 // messages that wait for their answer: else no batch would hold two
	answered := 0
	for stopped := false; !stopped || answered < said; {
		select {
		case <-stop:
			stopped = true
		default:
		}
		if !stopped && said-answered < ahead {
			id := int64(said)
			said++
			text := fmt.Sprintf(`"%s %d"`, p.Welcome().Name, said)
			if err := p.Send(p.t.Context(), frame.Frame{Event: "message", Data: json.RawMessage(text), ID: &id}); err != nil {
				return said, err
			}
			continue
		}
		m, err := p.Receive(p.t.Context())
		if err != nil {
			return said, err
		}
		switch m.Event {
		case "$ack":
			answered++
		case "$error":
			return said, fmt.Errorf("%s", m.Data)
		}
	}
	return said, nil
}

// listens reads until the last message of all, and returns all in their order.
func (p *person) listens() <-chan []string {
	heard := make(chan []string, 1)
	go func() {
		defer close(heard)
		var texts []string
		for {
			m, err := p.Receive(p.t.Context())
			if err != nil {
				return
			}
			switch {
			case m.Event != "message":
			case string(m.Data) == `"the last"`:
				heard <- texts
				return
			default:
				texts = append(texts, string(m.Data))
			}
		}
	}()
	return heard
}

// The proof: three nodes, a speaker at each, and a listener at each; the lane goes to and fro. What all have heard in the end is the same, each message
// once, and each speaker's in its order. The account beside it tells, when that fails, whether the loss was counted.
func TestLaneMovesWhileMessagesFlowAndNothingIsLostTwiceOrSwapped(t *testing.T) {
	const nodes, moves = 3, 5
	s := startSets(t, 2, nodes)
	room := roomOn(0, 2)
	var speakers []*person
	var listening []<-chan []string
	for i := range nodes {
		listening = append(listening, s.dial(i, fmt.Sprint("listener-", i), room).listens())
		speakers = append(speakers, s.dial(i, fmt.Sprint("speaker-", i), room))
	}
	stop := make(chan struct{})
	said := make([]int, nodes)
	var speaking sync.WaitGroup
	for i, p := range speakers {
		speaking.Go(func() {
			var err error
			said[i], err = p.speaks(stop)
			assert.NoError(t, err)
		})
	}
	for i := range moves {
		to := 1 - i%2
		r := s.move(lane.Of(room), []string{"set-a", "set-b"}[to])
		require.Equal(t, nodes, r.Nodes)
		before := s.sets[0].Brought()[to]
		require.Eventually(t, func() bool { return s.sets[0].Brought()[to] > before+30 }, patience, tick, "messages come by it now")
	}
	close(stop)
	speaking.Wait()
	total := 0
	for _, n := range said {
		total += n
	}
	speakers[0].say("the last")
	var all [][]string
	for i := range nodes {
		heard := <-listening[i]
		all = append(all, heard)
		s.inOrder(heard)
		require.EqualValues(t, total, len(heard)+int(s.missed(i)), "at node %d", i+1)
		require.Zero(t, s.missed(i), "at node %d", i+1)
		require.Zero(t, s.metric(i, "chat_messages_repeated_total"))
	}
	for i := 1; i < nodes; i++ {
		require.Equal(t, common(all[0], all[i]), common(all[i], all[0]), "one order at nodes 1 and %d", i+1)
	}
	t.Logf("%d messages, %d moves", total, moves)
}

// inOrder requires that each speaker's messages are there once, in the order in which it said them.
func (s *several) inOrder(heard []string) {
	s.t.Helper()
	last := map[string]int{}
	for _, text := range heard {
		var name string
		var n int
		_, err := fmt.Sscanf(text, `"%s %d"`, &name, &n)
		require.NoError(s.t, err, text)
		require.Greater(s.t, n, last[name], "of %s", name)
		last[name] = n
	}
}

// common are those of a that are in b, too.
func common(a, b []string) (both []string) {
	in := map[string]bool{}
	for _, text := range b {
		in[text] = true
	}
	for _, text := range a {
		if in[text] {
			both = append(both, text)
		}
	}
	return both
}

func TestNodeThatStartsAfterAMoveFindsTheLane(t *testing.T) {
	s := startSets(t, 2, 2)
	room := roomOn(0, 2)
	alice := s.dial(0, "alice", room)
	alice.say("before")
	s.move(lane.Of(room), "set-b")
	s.startNode(1) // a third node, with the new file, at the replicas of the first
	s.ready(2, true)
	carol := s.dial(2, "carol", room)
	alice.say("after")
	carol.hears("after")
	carol.say("from the third")
	alice.hears("from the third")
	require.Eventually(t, func() bool { return slices.Equal([]int64{0, 2}, s.sets[2].Brought()) }, patience, tick, "each node reads for itself")
}

// Node-2 has heard "soon", and its replica of the old set is cut off and killed before the lane's last messages there, and "moved", have come.
// When the replica is back, the key tells; and as the numbers go on at the new set, it is known how many there were.
func TestLossAtTheEndOfALaneIsCountedExactlyAtItsNewSet(t *testing.T) {
	s := startSets(t, 2, 2)
	room := roomOn(0, 2)
	l := lane.Of(room)
	alice, carol := s.dial(0, "alice", room), s.dial(1, "carol", room)
	alice.say("one")
	carol.hears("one")
	s.says(0, l, lanemap.Move{To: lanemap.Place{Set: 1, Move: 1}, Soon: true})
	require.Eventually(t, func() bool { return s.hearersAt(1, l) == 2 }, patience, tick)
	require.NoError(t, s.tops[0].Cut(2))
	alice.say(numbered("missed", 37)...)
	s.says(0, l, lanemap.Move{To: lanemap.Place{Set: 1, Move: 1}})
	alice.say(numbered("after", 5)...)
	require.NoError(t, s.tops[0].Kill(2))
	require.NoError(t, s.tops[0].Restart(t.Context(), 2))
	carol.hears(numbered("after", 5)...)
	require.Eventually(t, func() bool { return s.missed(1) == 37 }, patience, tick) // the metrics follow the messages
	require.Zero(t, s.missed(0))
}

func TestClientsOfALaneThatComesToASetInDoubtAreToldOfIt(t *testing.T) {
	s := startSets(t, 2, 1)
	room := roomOn(0, 2)
	alice := s.dial(0, "alice", room)
	require.NoError(t, s.tops[1].Kill(0))
	s.ready(0, false)
	s.says(0, lane.Of(room), lanemap.Move{To: lanemap.Place{Set: 1, Move: 1}})
	require.Contains(t, string(alice.until("$degraded").Data), `"part":"set-b"`)
}

// says has a set say that of a lane, as package moving does.
func (s *several) says(set int, l lane.Lane, move lanemap.Move) {
	s.t.Helper()
	m, err := lanemap.Read(s.file)
	require.NoError(s.t, err)
	text := m.FormatState(lanemap.State{Revision: time.Now().UnixMilli(), Moves: map[lane.Lane]lanemap.Move{l: move}})
	c := s.moving().Client(m.Sets[set].Master)
	defer c.Close()
	_, err = c.TxPipelined(s.t.Context(), func(pipe redis.Pipeliner) error {
		pipe.Set(s.t.Context(), s.prefix+lanemap.Key, text, 0)
		pipe.Publish(s.t.Context(), s.prefix+lanemap.Key, text)
		return nil
	})
	require.NoError(s.t, err)
}

// hearersAt is how many nodes hear a lane at a set.
func (s *several) hearersAt(set int, l lane.Lane) (n int64) {
	s.t.Helper()
	for _, addr := range s.tops[set].Addrs() {
		c := s.moving().Client(addr)
		channel := fmt.Sprint(s.prefix, "chat:lane:", int(l))
		got, err := c.PubSubNumSub(s.t.Context(), channel).Result()
		require.NoError(s.t, err)
		require.NoError(s.t, c.Close())
		n += got[channel]
	}
	return n
}
