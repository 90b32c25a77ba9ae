package scaleout_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// several is some sets, and nodes with a replica of their own at each.
type several struct {
	*cluster
	tops []topology.Topology
	file string // the map's
	sets []*scaleout.Sets
}

func startSets(t *testing.T, sets, nodes int) *several {
	topologytest.Faults(t) // of running servers there is one set
	s := &several{cluster: &cluster{t: t, prefix: redistest.Prefix(t)}, file: filepath.Join(t.TempDir(), "map")}
	m := &lanemap.Map{}
	for i := range sets {
		top := topologytest.Start(t, nodes)
		s.tops = append(s.tops, top)
		m.Sets = append(m.Sets, lanemap.Set{Name: "set-" + string(rune('a'+i)), Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	require.NoError(t, m.Write(s.file))
	for i := range nodes {
		s.startNode(i + 1)
	}
	for i := range nodes {
		s.ready(i, true)
	}
	return s
}

func (s *several) startNode(i int) {
	s.t.Helper()
	o, log := s.options(i)
	m, err := lanemap.Read(s.file)
	require.NoError(s.t, err)
	r := scaleout.NewSets(m, i, o)
	s.sets = append(s.sets, r)
	s.nodes = append(s.nodes, &node{url: serve(s.t, i, r, r.Part, log)})
}

// ready waits until all sets deliver at a node, or not all.
func (s *several) ready(node int, all bool) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		reason, _ := s.sets[node].Ready()
		return (reason == "") == all
	}, patience, time.Millisecond)
}

func (s *several) get(node int, path string) (status int, body string) {
	s.t.Helper()
	response, err := http.Get(s.nodes[node].url + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(text)
}

// readiness is what a node's metrics say of itself, and of each of two sets.
func (s *several) readiness(node int) [3]float64 {
	s.t.Helper()
	return [...]float64{s.metric(node, "chat_ready"), s.metric(node, `chat_part_ready{part="set-a"}`), s.metric(node, `chat_part_ready{part="set-b"}`)}
}

// roomOn is a room whose lane is on that set, by the rule.
func roomOn(set, sets int) string {
	for i := 0; ; i++ {
		if room := fmt.Sprint("room ", i); int(lane.Of(room))%sets == set {
			return room
		}
	}
}

func TestRoomsMessagesComeByItsSetAlone(t *testing.T) {
	s := startSets(t, 2, 2)
	roomA, roomB := roomOn(0, 2), roomOn(1, 2)
	alice, carol := s.dial(0, "alice", roomA), s.dial(1, "carol", roomA)
	bob, dave := s.dial(0, "bob", roomB), s.dial(1, "dave", roomB)
	alice.say(numbered("a", 61)...)
	bob.say(numbered("b", 37)...)
	carol.hears(numbered("a", 61)...)
	dave.hears(numbered("b", 37)...)
	require.Equal(t, []int64{61, 37}, s.sets[1].Brought())
	require.Zero(t, s.missed(0))
	require.Zero(t, s.missed(1))
}

func TestWhatIsForSeveralRoomsIsOnTheFirstSet(t *testing.T) {
	s := startSets(t, 2, 2)
	bob, dave := s.dial(0, "bob", roomOn(1, 2)), s.dial(1, "dave", roomOn(1, 2))
	emit := func(text string, rooms ...string) {
		data := json.RawMessage(fmt.Sprintf("%q", text))
		require.NoError(t, s.sets[0].Publish(chat.Event{Name: "message", Data: data, Rooms: rooms, At: time.Now()}))
	}
	emit("to all")
	dave.hears("to all")
	emit("to dave", dave.Welcome().ID)
	dave.hears("to dave")
	bob.hears("to all")
	require.Equal(t, []int64{2, 0}, s.sets[1].Brought())
}

// One of two masters dies. What is said at the other one goes on, and nobody there is told of it.
func TestDeadMasterIsTheDoubtOfItsLanesAlone(t *testing.T) {
	s := startSets(t, 2, 2)
	roomA, roomB := roomOn(0, 2), roomOn(1, 2)
	alice, carol := s.dial(0, "alice", roomA), s.dial(1, "carol", roomA)
	bob, dave := s.dial(0, "bob", roomB), s.dial(1, "dave", roomB)
	bob.say("one")
	dave.hears("one")
	require.NoError(t, s.tops[1].Kill(0))
	for node, p := range []*person{bob, dave} {
		require.Contains(t, string(p.until("$degraded").Data), `"part":"set-b"`)
		s.ready(node, false)
		status, body := s.get(node, "/readyz?part=set-b")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Contains(t, body, `"reason":"set-b: `)
		status, _ = s.get(node, "/readyz?part=set-a")
		require.Equal(t, http.StatusOK, status)
		status, body = s.get(node, "/readyz")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, body, `{"ready":true,"reason":"set-b: `)
		require.Equal(t, [...]float64{1, 1, 0}, s.readiness(node))
	}
	alice.say(numbered("goes on", 37)...)
	for _, text := range numbered("goes on", 37) { // nothing else comes in between, no $degraded above all
		m := carol.next()
		for m.Event == "$presence" {
			m = carol.next()
		}
		require.Equal(t, fmt.Sprintf("%q", text), string(m.Data), m.Event)
	}
	require.NoError(t, s.tops[1].Restart(t.Context(), 0))
	for node, p := range []*person{bob, dave} {
		require.JSONEq(t, `{"missed":0,"part":"set-b"}`, string(p.until("$recovered").Data))
		require.Eventually(t, func() bool { return s.readiness(node) == [...]float64{1, 1, 1} }, patience, tick)
	}
	bob.say("two")
	dave.hears("two")
}

func TestLossOfASetIsCountedExactly(t *testing.T) {
	s := startSets(t, 2, 2)
	roomA, roomB := roomOn(0, 2), roomOn(1, 2)
	alice, carol := s.dial(0, "alice", roomA), s.dial(1, "carol", roomA)
	bob, dave := s.dial(0, "bob", roomB), s.dial(1, "dave", roomB)
	alice.say("one")
	bob.say("one")
	carol.hears("one")
	dave.hears("one")
	require.NoError(t, s.tops[1].Kill(2)) // of node-2, at set-b
	dave.until("$degraded")
	alice.say(numbered("comes", 61)...)
	bob.say(numbered("missed", 37)...)
	require.NoError(t, s.tops[1].Restart(t.Context(), 2))
	require.JSONEq(t, `{"missed":37,"part":"set-b"}`, string(dave.until("$recovered").Data))
	carol.hears(numbered("comes", 61)...)
	require.Eventually(t, func() bool { return s.missed(1) == 37 }, patience, tick) // the metrics follow the messages
	require.Zero(t, s.missed(0))
}
