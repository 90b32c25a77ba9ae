package scaleout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/emitting"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// emitter is one that has read the map.
func (s *several) emitter(client func(addr string) *redis.Client) *emitting.Emitter {
	s.t.Helper()
	m, err := lanemap.Read(s.file)
	require.NoError(s.t, err)
	if client == nil {
		client = s.moving().Client
	}
	e := emitting.New(emitting.Options{Map: m, Own: s.prefix, Client: client, Timeout: patience})
	s.t.Cleanup(func() { assert.NoError(s.t, e.Close()) })
	return e
}

// emits sends a message, and wants all replicas of that set to have it.
func (s *several) emits(e *emitting.Emitter, set, text string) {
	s.t.Helper()
	r, err := e.WaitFor(len(s.nodes)).Emit(s.t.Context(), "message", text)
	require.NoError(s.t, err)
	require.Equal(s.t, set, r.Set)
	require.Equal(s.t, []int{len(s.nodes), len(s.nodes)}, []int{r.Replicas, r.Known})
}

func TestEmittersEventIsTakenByTheSetOfItsRoomAlone(t *testing.T) {
	s := startSets(t, 2, 2)
	roomA, roomB := roomOn(0, 2), roomOn(1, 2)
	carol, dave, erin := s.dial(1, "carol", roomA), s.dial(1, "dave", roomB), s.dial(0, "erin", roomB)
	e := s.emitter(nil)
	s.emits(e.To(roomA), "set-a", "to room A")
	s.emits(e.To(roomB), "set-b", "to room B")
	s.emits(e.To(roomA, roomB), "set-a", "to both")
	s.emits(e, "set-a", "to all")
	s.emits(e.To(roomB).Except(erin.Welcome().ID), "set-b", "not to Erin")
	s.emits(e.To(erin.Welcome().ID), "set-a", "to Erin")
	carol.hears("to room A", "to both", "to all")
	require.ElementsMatch(t, []string{"to room B", "to both", "to all", "not to Erin"}, dave.takes(4), "two sets have no common order")
	require.ElementsMatch(t, []string{"to room B", "to both", "to all", "to Erin"}, erin.takes(4))
	require.Eventually(t, func() bool { return slices.Equal([]int64{4, 2}, s.sets[1].Brought()) }, patience, tick, "what is for Erin comes there, too")
}

// takes are the next messages' texts.
func (p *person) takes(n int) (texts []string) {
	p.t.Helper()
	for range n {
		var text string
		require.NoError(p.t, json.Unmarshal(p.until("message").Data, &text))
		texts = append(texts, text)
	}
	return texts
}

// The emitter has read the map before. Its numbers go on at the new set: what is lost there is counted.
func TestEmitterGoesAfterALaneAndItsEventsAreCounted(t *testing.T) {
	s := startSets(t, 2, 2)
	room := roomOn(0, 2)
	carol, dave := s.dial(0, "carol", room), s.dial(1, "dave", room)
	e := s.emitter(nil).To(room)
	s.emits(e, "set-a", "one")
	carol.hears("one")
	dave.hears("one")
	s.move(lane.Of(room), "set-b")
	s.emits(e, "set-b", "two")
	carol.hears("two")
	dave.hears("two")
	require.NoError(t, s.tops[1].Kill(2)) // of node-2
	dave.until("$degraded")
	for _, text := range numbered("missed", 37) {
		_, err := e.Emit(t.Context(), "message", text)
		require.NoError(t, err)
	}
	require.NoError(t, s.tops[1].Restart(t.Context(), 2))
	dave.until("$recovered")
	s.move(lane.Of(room), "set-a")
	s.emits(e, "set-a", "back")
	dave.hears("back")
	carol.hears(append(numbered("missed", 37), "back")...)
	require.Eventually(t, func() bool { return s.missed(1) == 37 }, patience, tick) // the metrics follow the messages
	require.Zero(t, s.missed(0))
	require.Zero(t, s.metric(0, "chat_messages_repeated_total"))
}

// knocking is a connection that does something before the emitter's transaction is sent.
type knocking struct {
	net.Conn
	before func()
}

func (k *knocking) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("multi")) {
		k.before()
	}
	return k.Conn.Write(b)
}

// The lane leaves between the master's answer that it is there, and the transaction: that is not carried out.
func TestEmitterPublishesNothingWhereALaneHasJustLeft(t *testing.T) {
	s := startSets(t, 2, 2)
	room := roomOn(0, 2)
	dave := s.dial(1, "dave", room)
	moves := sync.OnceFunc(func() { s.move(lane.Of(room), "set-b") })
	e := s.emitter(func(addr string) *redis.Client {
		return redis.NewClient(&redis.Options{Addr: addr, Dialer: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return &knocking{conn, moves}, err
		}})
	}).To(room)
	s.emits(e, "set-b", "one")
	s.emits(e, "set-b", "two")
	dave.hears("one", "two")
	require.Equal(t, []int64{0, 2}, s.sets[1].Brought(), "nothing has come by set-a")
	require.Zero(t, s.missed(1))
}

func TestEmitterSaysWhichSetDoesNotTakeAnEvent(t *testing.T) {
	s := startSets(t, 2, 1)
	carol := s.dial(0, "carol", roomOn(0, 2))
	e := s.emitter(nil)
	require.NoError(t, s.tops[1].Kill(0))
	_, err := e.To(roomOn(1, 2)).Emit(t.Context(), "message", "lost")
	require.ErrorContains(t, err, "which is at set-b: publish to "+s.tops[1].Addrs()[0]+": nobody answers there")
	s.emits(e.To(roomOn(0, 2)), "set-a", "taken")
	carol.hears("taken")
	require.NoError(t, s.tops[0].Kill(1))
	var r emitting.Receipt
	for limit := time.Second; !errors.Is(err, emitter.ErrTooFewReplicas) && limit < patience; limit *= 2 { // all of it may be too short on a slow machine
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		r, err = e.To(roomOn(0, 2)).WaitFor(1).Emit(ctx, "message", "for whom?")
		cancel()
	}
	require.ErrorIs(t, err, emitter.ErrTooFewReplicas)
	require.Equal(t, "set-a", r.Set)
}

// Nodes and emitters that do not know a word of the masters' publish nothing.
func TestEmitterPublishesNothingWhereItDoesNotUnderstandTheMaster(t *testing.T) {
	s := startSets(t, 2, 0)
	c := s.moving().Client(s.tops[0].Addrs()[0])
	defer c.Close()
	require.NoError(t, c.Set(t.Context(), s.prefix+lanemap.Key, "0 set-b 1 tomorrow", 0).Err())
	_, err := s.emitter(nil).To(roomOn(0, 2)).Emit(t.Context(), "message", "lost")
	require.ErrorContains(t, err, "which says what lanes have moved: the state of a set")
}
