package system

import (
	"testing"

	"github.com/stretchr/testify/require"

	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/06-emitter/system/status"
)

// metrics are the numbers of a node's /metrics.
func metrics(missed, ready float64) map[string]float64 {
	return map[string]float64{"chat_messages_missed_total": missed, "chat_ready": ready}
}

const (
	logNotReady = `{"level":"WARN","msg":"` + relay.LogNotReady + `","why":"no probe"}`
	logReady    = `{"level":"INFO","msg":"` + relay.LogReady + `","missed":"0"}`
)

func (s *System) node1() node {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	return s.state.now.nodes[0]
}

func TestMissedOfEarlierRunsStayCounted(t *testing.T) {
	s, _ := silent(t)
	first := s.node1()
	s.measured(0, first, metrics(7, 1))
	require.Equal(t, int64(7), s.state.get().Missed)

	s.ended("node-1")
	s.measured(0, first, metrics(9, 1)) // an answer that comes after the end
	s.state.change(func(now *known) { now.nodes[0].PID, now.nodes[0].State = 2, status.Up })
	s.measured(0, s.node1(), metrics(0, 1))
	require.Equal(t, int64(7), s.state.get().Missed)
	s.measured(0, s.node1(), metrics(2, 1))
	require.Equal(t, int64(9), s.state.get().Missed)
	require.Equal(t, int64(2), s.node1().Missed)
}

func TestNodeIsUpOnlyWhenItSaysThatItIsReady(t *testing.T) {
	s, out := silent(t)
	s.measured(0, s.node1(), metrics(0, 0))
	require.Equal(t, status.NotReady, s.node1().State)
	s.measured(0, s.node1(), metrics(0, 1))
	require.Equal(t, status.Up, s.node1().State)

	s.unanswered(0, s.node1())
	require.Equal(t, status.Up, s.node1().State, "once is nothing")
	s.measured(0, s.node1(), metrics(0, 1))
	s.unanswered(0, s.node1())
	require.Equal(t, status.Up, s.node1().State, "nor is twice, with an answer between")
	s.unanswered(0, s.node1())
	require.Equal(t, status.Silent, s.node1().State)
	s.measured(0, s.node1(), metrics(0, 0))
	require.Equal(t, status.NotReady, s.node1().State)
	s.measured(0, s.node1(), metrics(0, 1))
	require.Equal(t, status.Up, s.node1().State)
	s.feed.Close()
	require.Contains(t, out.String(), "node-1 does not answer: frozen?")
	require.Contains(t, out.String(), "node-1 answers again, and is ready")
}

func TestThawedNodeIsReadyWhenItsLogSaysSo(t *testing.T) {
	s, out := silent(t)
	n := child.New(child.Options{Name: "node-1"})
	s.become("node-1", status.Frozen, "by a command")
	s.logged("node-1", []byte(logNotReady)) // at once, before the command to thaw has returned
	require.Error(t, s.thawNode(n), "nothing runs here")
	require.Equal(t, status.NotReady, s.node1().State)

	asked := s.node1()
	s.measured(0, asked, metrics(0, 1)) // the poll is faster than the log's line
	require.Equal(t, status.NotReady, s.node1().State)
	s.logged("node-1", []byte(logReady))
	require.Equal(t, status.Up, s.node1().State)
	s.measured(0, asked, metrics(0, 0)) // an old answer
	require.Equal(t, status.Up, s.node1().State)
	s.feed.Close()
	require.Contains(t, out.String(), "node-1 is not ready: no probe")
	require.Contains(t, out.String(), "node-1 is ready again: 0 missed messages counted")
}
