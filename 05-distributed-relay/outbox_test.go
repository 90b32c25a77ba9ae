package relay

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/wire"
)

func own(name string) outgoing {
	return outgoing{size: 1, own: func() (string, []byte) { return name, nil }}
}

func said(name string, size int) outgoing {
	return outgoing{size: size, envelope: wire.Envelope{Event: name}}
}

// names are those of what is to be sent, in order.
func names(batch []outgoing) (names []string) {
	for _, m := range batch {
		name := m.envelope.Event
		if m.own != nil {
			name, _ = m.own()
		}
		names = append(names, name)
	}
	return names
}

func TestOutboxKeepsOrderWithTheNodesOwnFirst(t *testing.T) {
	b := newOutbox(1000)
	for _, m := range []outgoing{said("m1", 1), own("probe"), said("m2", 1), own("presence"), said("m3", 1)} {
		require.True(t, b.put(m))
	}
	require.Equal(t, []string{"probe", "presence", "m1", "m2", "m3"}, names(b.nextBatch(nil)))
	require.Empty(t, b.nextBatch(nil))
	require.True(t, b.put(said("m4", 1)))
	require.Equal(t, []string{"m4"}, names(b.nextBatch(nil)), "nothing is taken twice")
}

func TestOutboxIsLimitedInBytes(t *testing.T) {
	b := newOutbox(100)
	require.True(t, b.put(said("a", 60)))
	require.False(t, b.put(said("b", 41)))
	require.True(t, b.put(said("c", 40)))
	require.False(t, b.put(own("probe")), "it is full for everybody")
	require.Equal(t, []string{"a", "c"}, names(b.nextBatch(nil)))
	require.Zero(t, b.bytes)
	require.True(t, b.put(said("d", 100)), "what was taken makes room")
	require.False(t, newOutbox(100).put(said("e", 101)))
}

func TestBatchIsLimitedAndTheRestComesNext(t *testing.T) {
	many := newOutbox(1 << 30)
	for i := range 2*batchMessages + 1 {
		require.True(t, many.put(said(fmt.Sprint(i), 1)))
	}
	require.True(t, many.put(own("probe")))
	var sizes []int
	for batch := many.nextBatch(nil); len(batch) > 0; batch = many.nextBatch(nil) {
		sizes = append(sizes, len(batch))
	}
	require.Equal(t, []int{1 + batchMessages, batchMessages, 1}, sizes, "a probe waits for no batch but the first")

	large := newOutbox(1 << 30)
	for i := range 3 {
		require.True(t, large.put(said(fmt.Sprint(i), batchBytes/2+1)))
	}
	require.Len(t, large.nextBatch(nil), 2)
	require.Len(t, large.nextBatch(nil), 1)
	require.True(t, large.put(said("huge", 10*batchBytes)))
	require.Len(t, large.nextBatch(nil), 1, "what is larger than a batch is one alone")
}

func TestOutboxForgetsWhatItGave(t *testing.T) {
	b := newOutbox(1000)
	b.put(own("probe"))
	b.put(said("m", 1))
	held := b.messages.items[:1:1]
	b.nextBatch(nil)
	require.Zero(t, held[0].envelope, "else the memory of what is sent stays with the queue")
	require.Nil(t, b.own[:1][0].own)
}

func TestOutboxTakesFromManyAndKeepsTheOrderOfEach(t *testing.T) {
	const senders, each = 8, 500
	b := newOutbox(1 << 30)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				m := said("", 1)
				m.envelope.Pub, m.envelope.Seq = fmt.Sprint(s), uint64(i)
				if !b.put(m) {
					t.Error("there is room")
				}
			}
		})
	}
	next := map[string]uint64{}
	var batch []outgoing
	for taken := 0; taken < senders*each; {
		<-b.wake // never lost while something waits: else this blocks for ever
		for batch = b.nextBatch(batch[:0]); len(batch) > 0; batch = b.nextBatch(batch[:0]) {
			for _, m := range batch {
				if next[m.envelope.Pub] != m.envelope.Seq {
					t.Fatalf("sender %s: %d instead of %d", m.envelope.Pub, m.envelope.Seq, next[m.envelope.Pub])
				}
				next[m.envelope.Pub]++
			}
			taken += len(batch)
		}
	}
	wg.Wait()
	require.Zero(t, b.bytes)
}
