package streams

import (
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	pubsub "example.com/redis-chat/03-pubsub"
)

// reply makes a part of a reply: entries at these times, of one millisecond each.
func reply(values map[string]any, times ...int) []stamped {
	var entries []redis.XMessage
	for i, ms := range times {
		entries = append(entries, redis.XMessage{ID: fmt.Sprintf("%d-%d", ms, i), Values: values})
	}
	all, err := stamp(entries)
	if err != nil {
		panic(err)
	}
	return all
}

func messagesAt(times ...int) []stamped {
	return reply(map[string]any{"uid": "u", "nsp": "/", "type": "3", "data": "{}"}, times...)
}
func probesAt(times ...int) []stamped {
	return reply(map[string]any{"channel": "chat:probe", "payload": "p"}, times...)
}

func merged(messages, own []stamped) (order string) {
	r := &reader{c: &carrier{}, o: pubsub.Options{ConfirmProbe: func(string, string) bool { return false }}}
	_, events := r.merge(messages, own)
	for _, e := range events {
		if e.Channel == "chat:probe" {
			order += "p"
		} else {
			order += "m"
		}
	}
	return order
}

func TestTwoStreamsAreOneOrder(t *testing.T) {
	require.Equal(t, "mpmmp", merged(messagesAt(1, 3, 4), probesAt(2, 5)))
	require.Equal(t, "mmp", merged(messagesAt(1, 1), probesAt(1)), "what a probe counts goes first")
	require.Equal(t, "pp", merged(nil, probesAt(1, 2)))
	require.Empty(t, merged(nil, nil))
}

// Where a part is full, there may be more of that stream: the other one waits.
func TestNothingOvertakesWhatDidNotFitIntoTheReply(t *testing.T) {
	full := make([]int, readCount)
	for i := range full {
		full[i] = 10 + i/100
	}
	last := full[readCount-1]
	require.Equal(t, "p"+strings.Repeat("m", readCount), merged(messagesAt(full...), probesAt(1, last, last+1)))
	require.Equal(t, "m"+strings.Repeat("p", readCount), merged(messagesAt(1, last, last+1), probesAt(full...)))
	require.Equal(t, readCount, strings.Count(merged(messagesAt(full...), probesAt(full...)), "m"), "one of them goes on")
}

func TestOneStreamAloneIsHalfOfIt(t *testing.T) {
	require.True(t, halfSeen(nil, probesAt(1)), "messages may have been before it")
	require.True(t, halfSeen(messagesAt(1, 5), nil), "three probes between them would say that their numbers are wrong")
	require.False(t, halfSeen(messagesAt(1, 1), nil), "one batch")
	require.False(t, halfSeen(messagesAt(1, 5), probesAt(3)))
	require.False(t, halfSeen(nil, nil))
}
