package emitter_test

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// ear is what a node is to an emitter: a subscription at a replica.
type ear struct {
	t   *testing.T
	key string
	sub *redis.PubSub
}

func listen(t *testing.T, addr, key string) *ear {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { client.Close() })
	sub := client.PSubscribe(t.Context(), key+"#/#*")
	t.Cleanup(func() { sub.Close() })
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	return &ear{t, key, sub}
}

// hear returns the next event, its channel without the key, and its bytes.
func (e *ear) hear() (event wire.Envelope, channel, payload string) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), patience)
	defer cancel()
	m, err := e.sub.ReceiveMessage(ctx)
	require.NoError(e.t, err)
	event, err = wire.DecodeEnvelope(m.Payload)
	require.NoError(e.t, err)
	return event, strings.TrimPrefix(m.Channel, e.key), m.Payload
}

// newEmitter makes an emitter whose timeout no slow machine reaches. A test about time
// sets another one, or ends its context.
func newEmitter(t *testing.T, addr string, o emitter.Options) *emitter.Emitter {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
	t.Cleanup(func() { client.Close() })
	o.Timeout = cmp.Or(o.Timeout, patience)
	e := emitter.New(client, o)
	t.Cleanup(func() { e.Close() })
	return e
}

func TestNumbersGoOnAtAnotherMaster(t *testing.T) {
	key := redistest.Prefix(t) + "socket.io"
	first, second := topologytest.Start(t, 1).Addrs(), topologytest.Start(t, 1).Addrs()
	if first[0] == second[0] {
		t.Skip("WORKBOOK_REDIS names one topology: this test needs two")
	}
	before, after := listen(t, first[1], key), listen(t, second[1], key)
	e := newEmitter(t, first[0], emitter.Options{Key: key})
	room := e.To("lobby") // copies go along
	_, err := e.Emit(t.Context(), "message", 1)
	require.NoError(t, err)
	one, _, _ := before.hear()
	client := redis.NewClient(&redis.Options{Addr: second[0]})
	defer client.Close()
	require.NoError(t, e.Move(client))
	_, err = room.Emit(t.Context(), "message", 2)
	require.NoError(t, err)
	two, _, _ := after.hear()
	require.Equal(t, one.Pub, two.Pub)
	require.Equal(t, []uint64{1, 2}, []uint64{one.Seq, two.Seq})
	require.NoError(t, e.Close())
	require.ErrorIs(t, e.Move(client), emitter.ErrClosed)
}

func TestEventReachesWhoListensAtEachReplica(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	key := redistest.Prefix(t) + "socket.io"
	var ears []*ear
	for _, replica := range addrs[1:] {
		ears = append(ears, listen(t, replica, key))
	}

	receipt, err := newEmitter(t, addrs[0], emitter.Options{Key: key}).WaitFor(len(ears)).Emit(t.Context(), "message", "Hello!")
	require.NoError(t, err)
	require.Equal(t, len(ears), receipt.Replicas)
	require.Equal(t, len(ears), receipt.Known)
	require.Positive(t, receipt.Took)
	for _, ear := range ears {
		event, channel, _ := ear.hear()
		require.Equal(t, "#/#", channel)
		require.Equal(t, "message", event.Event)
		require.Equal(t, []any{json.RawMessage(`"Hello!"`)}, event.Args)
	}
}

// The vector of the npm emitter, whose opts are a map of three (83); ours has
// five (85): pub and seq follow.
func TestBytesAreTheNpmEmittersAndThenOurs(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	key := redistest.Prefix(t) + "socket.io"
	ear := listen(t, addrs[1], key)
	_, err := newEmitter(t, addrs[0], emitter.Options{Key: key}).Emit(t.Context(), "chat", "hi")
	require.NoError(t, err)

	event, _, payload := ear.hear()
	got := hex.EncodeToString([]byte(payload))
	require.Equal(t, "93a7656d697474657283a47479706502a46461746192a463686174a26869a36e7370a12f85a5726f6f6d7390a5666c61677380a665786365707490"+
		"a3707562"+"b0"+hex.EncodeToString([]byte(event.Pub))+"a3736571"+"01", got)
	require.Len(t, event.Pub, 16)
}

func TestRoomsAndArguments(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	key := redistest.Prefix(t) + "socket.io"
	ear := listen(t, addrs[1], key)
	e := newEmitter(t, addrs[0], emitter.Options{Key: key})
	for _, c := range []struct {
		e       *emitter.Emitter
		args    []any
		channel string
		want    wire.Envelope
	}{
		{e.To("r"), nil, "#/#r#", wire.Envelope{Rooms: []string{"r"}}},
		{e.To("r", "r"), nil, "#/#r#", wire.Envelope{Rooms: []string{"r"}}},
		{e.To("r").To("s").Except("t", "u"), nil, "#/#", wire.Envelope{Rooms: []string{"r", "s"}, Except: []string{"t", "u"}}},
		{e, []any{1, nil, map[string]int{"a": 1}}, "#/#", wire.Envelope{Args: []any{json.RawMessage("1"), json.RawMessage("null"), json.RawMessage(`{"a":1}`)}}},
		{e, []any{[]byte{0, 255}, json.RawMessage(`{"z":1,"a":9007199254740993}`)}, "#/#", wire.Envelope{Args: []any{[]byte{0, 255}, json.RawMessage(`{"z":1,"a":9007199254740993}`)}}},
	} {
		_, err := c.e.Emit(t.Context(), "event", c.args...)
		require.NoError(t, err)
		got, channel, _ := ear.hear()
		require.Equal(t, c.channel, channel)
		c.want.UID, c.want.Event, c.want.Pub, c.want.Seq = "emitter", "event", got.Pub, got.Seq
		require.Equal(t, c.want, got)
	}
}

func TestToLeavesTheEmitterAsItIs(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	key := redistest.Prefix(t) + "socket.io"
	ear := listen(t, addrs[1], key)
	e := newEmitter(t, addrs[0], emitter.Options{Key: key})

	room := e.To("a", "b", "c") // with room to grow in its list
	one, two := room.To("one"), room.To("two")
	for _, c := range []struct {
		e    *emitter.Emitter
		want []string
	}{{e, nil}, {one, []string{"a", "b", "c", "one"}}, {two, []string{"a", "b", "c", "two"}}, {room, []string{"a", "b", "c"}}} {
		_, err := c.e.Emit(t.Context(), "event")
		require.NoError(t, err)
		got, _, _ := ear.hear()
		require.Equal(t, c.want, got.Rooms)
	}
}

// Receivers drop a number that is not above the last one.
func TestNumbersHaveTheOrderOfTheWire(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	key := redistest.Prefix(t) + "socket.io"
	ear := listen(t, addrs[1], key)
	e := newEmitter(t, addrs[0], emitter.Options{Key: key})

	const goroutines, each = 8, 25
	var emitting sync.WaitGroup
	for range goroutines {
		emitting.Go(func() {
			for range each {
				if _, err := e.To("r").Emit(t.Context(), "event"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range goroutines * each {
		event, _, _ := ear.hear()
		require.EqualValues(t, i+1, event.Seq)
	}
	emitting.Wait()
}

func TestNamesThatAreRefused(t *testing.T) {
	e := newEmitter(t, "127.0.0.1:1", emitter.Options{}) // nothing is sent: nobody has to be there
	for _, name := range []string{"", "$ack", "connect", "disconnect", strings.Repeat("x", 65), "\xff"} {
		_, err := e.Emit(t.Context(), name)
		require.ErrorIs(t, err, emitter.ErrEvent, name)
	}
	for _, room := range []string{"", "\xff"} {
		_, err := e.To(room).Emit(t.Context(), "event")
		require.ErrorIs(t, err, emitter.ErrRoom)
		_, err = e.Except(room).Emit(t.Context(), "event")
		require.ErrorIs(t, err, emitter.ErrRoom)
	}
	_, err := e.Emit(t.Context(), "event", make(chan int))
	require.ErrorIs(t, err, emitter.ErrArgument)
}

// BenchmarkEmit is one event after the other, each with its receipt.
func BenchmarkEmit(b *testing.B) {
	client := redis.NewClient(&redis.Options{Addr: topologytest.Start(b, 2).Addrs()[0]})
	defer client.Close()
	e := emitter.New(client, emitter.Options{Key: redistest.Prefix(b)}).WaitFor(2)
	defer e.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Emit(b.Context(), "message", "Hello!"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestKeyThatCannotBeUsedIsAnError(t *testing.T) {
	e := newEmitter(t, "127.0.0.1:1", emitter.Options{Key: "shop*"}) // nothing is sent: nobody has to be there
	_, err := e.Emit(t.Context(), "message")
	require.ErrorIs(t, err, emitter.ErrKey)
	require.ErrorContains(t, err, `"shop*": want 1 to 128 bytes`)
}
