package pubsub

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueueTellsAGapAtItsVeryPlace(t *testing.T) {
	q := newQueue(2*eventBytes + 100)
	push := func(n int) {
		for range n {
			q.push(Event{Kind: Message, Payload: strings.Repeat("x", 50)})
		}
	}
	push(5)
	q.push(Event{Kind: Disconnected})
	push(2)
	var told []Event
	for _, e := range q.takeAll() {
		told = append(told, Event{Kind: e.Kind, Missed: e.Missed})
	}
	require.Equal(t, []Event{
		{Kind: Message}, {Kind: Message}, {Kind: Overflow, Missed: 3},
		{Kind: Disconnected}, {Kind: Overflow, Missed: 2},
	}, told)

	push(1)
	require.Len(t, q.takeAll(), 1, "room again")
	require.Empty(t, q.takeAll())
}

func TestQueueTakesOneMessageHoweverLarge(t *testing.T) {
	q := newQueue(1)
	q.push(Event{Kind: Message, Payload: "larger than one byte"})
	require.Equal(t, Message, q.takeAll()[0].Kind)
}

func TestQueueHoldsNothingThatTheReaderHasHad(t *testing.T) {
	q := newQueue(1000)
	q.push(Event{Kind: Message, Payload: "a"})
	first := q.takeAll()
	q.push(Event{Kind: Message, Payload: "b"})
	require.Equal(t, "a", first[0].Payload, "valid until the next call")
	q.takeAll()
	require.Empty(t, first[0].Payload, "cleared for the garbage collector")
}
