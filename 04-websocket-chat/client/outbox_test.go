package client

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func add(t *testing.T, o *Outbox, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.NoError(t, o.Add(frame.Frame{Event: frame.EventMessage, Data: []byte(`"` + text + `"`)}))
	}
}

func sends(t *testing.T, o *Outbox, text string, again bool) *frame.Frame {
	t.Helper()
	f := o.Next()
	require.NotNil(t, f)
	require.Equal(t, `"`+text+`"`, string(f.Data))
	require.Equal(t, again, f.Again)
	require.Nil(t, o.Next(), "one at a time")
	return f
}

func answer(event string, id int64, data string) Message {
	return Message{Frame: frame.Frame{Event: event, ID: &id, Data: []byte(data)}}
}

func TestOutboxSendsInOrderWhatWaits(t *testing.T) {
	var o Outbox
	add(t, &o, "one", "two")
	require.Nil(t, o.Lost(), "there was no connection yet")
	require.Nil(t, o.Begin(frame.Welcome{}))
	one := sends(t, &o, "one", false)
	require.NotEmpty(t, one.Key)
	stranger, _ := o.Note(answer(frame.EventAck, 99, ""))
	require.Nil(t, stranger)
	stranger, _ = o.Note(Message{Frame: frame.Frame{Event: frame.EventMessage}})
	require.Nil(t, stranger)
	answered, problem := o.Note(answer(frame.EventAck, 1, ""))
	require.Equal(t, one, answered)
	require.Nil(t, problem)

	two := sends(t, &o, "two", false)
	require.NotEqual(t, one.Key, two.Key)
	_, problem = o.Note(answer(frame.EventError, 2, `{"code":"rate_limited","text":"slower"}`))
	require.Equal(t, frame.CodeRateLimited, problem.Code)
	require.Same(t, two, sends(t, &o, "two", false), "it was dropped, and so it is no repeat")
	_, problem = o.Note(answer(frame.EventError, 2, `{"code":"unavailable","text":"not sent"}`))
	require.Equal(t, "not sent", problem.Text)
	require.Zero(t, o.Len())
	stranger, _ = o.Note(answer(frame.EventAck, 2, ""))
	require.Nil(t, stranger, "it is answered already")
}

func TestOutboxSendsAgainWhatTheNodesKnow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o Outbox
		add(t, &o, "one", "two")
		o.Begin(frame.Welcome{Once: 120})
		key := sends(t, &o, "one", false).Key
		time.Sleep(95 * time.Second)
		require.Nil(t, o.Lost())
		require.Nil(t, o.Begin(frame.Welcome{Once: 120}))
		require.Equal(t, key, sends(t, &o, "one", true).Key)
		require.Nil(t, o.Lost())
		time.Sleep(2 * time.Second) // 97 s after it was first sent: the node may have added it later, but who knows
		require.Equal(t, `"one"`, string(o.Begin(frame.Welcome{Once: 120}).Data))
		sends(t, &o, "two", false)
	})
}

func TestOutboxGivesUpWhatTheNodesDoNotKnow(t *testing.T) {
	var o Outbox
	add(t, &o, "one", "two")
	o.Begin(frame.Welcome{})
	sends(t, &o, "one", false)
	require.Equal(t, `"one"`, string(o.Lost().Data))
	o.Begin(frame.Welcome{Once: 120})
	sends(t, &o, "two", false)
	require.Nil(t, o.Lost())
	require.Equal(t, `"two"`, string(o.Begin(frame.Welcome{}).Data), "this node keeps nothing")
	require.Nil(t, o.Lost())
}

// Whoever only begins anew has lost the connection before.
func TestOutboxTakesANewConnectionForTheEndOfTheOldOne(t *testing.T) {
	var o Outbox
	add(t, &o, "one")
	o.Begin(frame.Welcome{Once: 120})
	sends(t, &o, "one", false)
	require.Nil(t, o.Begin(frame.Welcome{Once: 120}))
	sends(t, &o, "one", true)
	require.Equal(t, `"one"`, string(o.Begin(frame.Welcome{}).Data), "this node keeps nothing")
}

func TestOutboxIsBounded(t *testing.T) {
	o := Outbox{Limit: 2}
	add(t, &o, "one", "two")
	require.ErrorIs(t, o.Add(frame.Frame{}), ErrFull)
	var usual Outbox
	for range 100 {
		add(t, &usual, "x")
	}
	require.True(t, usual.Full())
}
