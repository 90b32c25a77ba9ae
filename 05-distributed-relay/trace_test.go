package relay_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// steps are told by the goroutines that carry the messages.
type steps chan relay.Step

func (s steps) tell(step relay.Step) { s <- step }

func (s steps) next(t *testing.T) relay.Step {
	t.Helper()
	select {
	case step := <-s:
		return step
	case <-time.After(patience):
		require.FailNow(t, "no step is told")
		return relay.Step{}
	}
}

// envelope is the message of a step.
func (s steps) envelope(t *testing.T, step relay.Step) wire.Envelope {
	t.Helper()
	e, err := wire.DecodeEnvelope(step.Payload)
	require.NoError(t, err)
	return e
}

func TestTracerTellsAMessagesWayThroughTheNodes(t *testing.T) {
	tracer, told := &relay.Tracer{}, make(steps, 100)
	c := startClusterWith(t, 2, relay.Options{Trace: tracer}) // of both nodes
	alice, carol := c.dial(0, "alice", "go"), c.dial(0, "carol", "go")
	bob := c.dial(1, "bob", "go")
	c.dial(1, "dave", "rust")
	alice.say("nobody looks")
	bob.next()
	carol.next()
	tracer.Watch(told.tell, 100)
	alice.say("seen")
	bob.next()
	carol.next()

	taken := told.next(t)
	require.Equal(t, relay.Taken, taken.Kind)
	e := told.envelope(t, taken)
	require.Equal(t, []string{alice.Welcome().ID}, e.Except)
	require.Equal(t, []any{json.RawMessage(`"seen"`)}, e.Args)
	require.Zero(t, e.Seq, "it has not been published")
	clients := map[string]bool{}
	for range 2 { // the nodes, in any order
		step := told.next(t)
		require.Equal(t, relay.Delivered, step.Kind)
		e := told.envelope(t, step)
		require.Equal(t, "alice", e.From)
		require.Equal(t, uint64(2), e.Seq)
		for _, id := range step.Clients {
			clients[id] = true
		}
	}
	require.Equal(t, map[string]bool{bob.Welcome().ID: true, carol.Welcome().ID: true}, clients, "dave is elsewhere, and alice is left out")

	tracer.Watch(nil, 0)
	alice.say("not seen")
	bob.next()
	carol.next()
	require.Empty(t, told)
}

func TestTracerTellsWhatIsNotConfirmed(t *testing.T) {
	topologytest.Faults(t)
	tracer, told := &relay.Tracer{}, make(steps, 100)
	c := startClusterWith(t, 1, relay.Options{Trace: tracer})
	alice := c.dial(0, "alice", "go")
	require.NoError(t, c.top.Kill(0))
	tracer.Watch(told.tell, 100)
	alice.say("in vain")
	require.Equal(t, relay.Taken, told.next(t).Kind)
	failed := told.next(t)
	require.Equal(t, relay.Failed, failed.Kind)
	require.Equal(t, []string{alice.Welcome().ID}, told.envelope(t, failed).Except)
}

func TestTracerTellsNoMoreThanItIsAskedFor(t *testing.T) {
	const most = 5
	tracer, told := &relay.Tracer{}, make(steps, 1000)
	c := startClusterWith(t, 1, relay.Options{Trace: tracer})
	alice, bob := c.dial(0, "alice", "go"), c.dial(0, "bob", "go")
	tracer.Watch(told.tell, most)
	began := time.Now()
	for i := range 40 {
		alice.say(fmt.Sprint(i))
		bob.next()
	}
	whole := int(time.Since(began).Seconds()) + 1 // a busy machine may need more than a second for them
	kinds := map[relay.StepKind]int{}
	for len(told) > 0 {
		kinds[told.next(t).Kind]++
	}
	require.GreaterOrEqual(t, kinds[relay.Taken], most)
	require.LessOrEqual(t, kinds[relay.Taken], most*(1+whole))
	require.GreaterOrEqual(t, kinds[relay.Delivered], most, "each kind for itself")
	require.LessOrEqual(t, kinds[relay.Delivered], most*(1+whole))
}
