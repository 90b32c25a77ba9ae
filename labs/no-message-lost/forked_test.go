package streams_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/relaytest"
	"example.com/redis-chat/05-distributed-relay/wire"
	streams "example.com/redis-chat/labs/no-message-lost"
	"example.com/redis-chat/labs/no-message-lost/entry"
)

// forked are two masters: of what the first one has, the second has the beginning, as a replica that was promoted without the
// last entries. The first one's clock is an hour ahead.
type forked struct {
	*cluster
	places *relaytest.Places
	second topology.Topology
}

// fork moves the node to the second master, which has the first one's entries but the last so many.
func (f *forked) fork(without int64) {
	t := f.t
	first, second := f.redis(0), redis.NewClient(&redis.Options{Addr: f.second.Addrs()[0]})
	defer second.Close()
	all, err := first.XRange(t.Context(), f.stream(), "-", "+").Result()
	require.NoError(t, err)
	for _, m := range all[:len(all)-int(without)] {
		require.NoError(t, second.XAdd(t.Context(), &redis.XAddArgs{Stream: f.stream(), ID: m.ID, Values: m.Values}).Err())
	}
	f.places.Set(relay.Place{Master: f.second.Addrs()[0], Own: f.second.Addrs()[1]})
}

// ahead adds an entry to the first master by a clock that is an hour ahead.
func (f *forked) ahead(text string, count int) {
	id := streams.ID{Time: uint64(time.Now().Add(time.Hour).UnixMilli()), Count: uint64(count)}
	f.add(f.top, id.String(), text)
}

// add adds an entry at a master, as another node would. Beside its data may stand its key.
func (f *forked) add(master topology.Topology, id, text string, key ...any) {
	data, err := entry.AppendData(nil, &wire.Envelope{Event: "message", Args: []any{quoted(text)}, Rooms: []string{"lobby"}})
	require.NoError(f.t, err)
	client := redis.NewClient(&redis.Options{Addr: master.Addrs()[0]})
	defer client.Close()
	require.NoError(f.t, client.XAdd(f.t.Context(), &redis.XAddArgs{Stream: f.stream(), ID: id, Values: append([]any{
		entry.UID, "other1", entry.Namespace, entry.Root, entry.Type, entry.Broadcast, entry.Data, data,
	}, key...)}).Err())
}

// loseTwo has these hear one, two and between. The second one is another node's, with the key k, and the second master does not have it.
func (f *forked) loseTwo(alice *person, these ...*person) {
	alice.say("one")
	f.add(f.top, "*", "two", entry.Key, "k")
	for _, p := range these {
		p.hears("one", "two")
	}
	f.fork(1)
	alice.say("between")
	for _, p := range these {
		p.hears("between")
	}
}

func startForked(t *testing.T) *forked {
	c := &cluster{t: t, top: topologytest.Start(t, 1), prefix: redistest.Prefix(t)}
	f := &forked{c, relaytest.At(c.at(1)), topologytest.Start(t, 1)}
	c.addMovable("moving", f.places)
	return f
}

func TestReaderThatIsAheadOfANewMasterMissesNothingOfIt(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	alice.say("one", "two")
	f.ahead("lost with the old master", 0)
	f.ahead("lost, too", 1)
	bob.hears("one", "two", "lost with the old master", "lost, too")
	f.fork(2)
	alice.say("three", "four") // with lower ids
	bob.hears("three", "four")

	require.NoError(t, bob.Close())
	alice.say("five")
	bob = bob.back(f.cluster, 0)
	bob.hears("five")
	require.Equal(t, 1, bob.caughtUp().Messages)
}

func TestClientWhosePlaceIsLostWithTheOldMasterGetsWhatIsNew(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	alice.say("one")
	f.ahead("lost with the old master", 0)
	bob.hears("one", "lost with the old master")
	require.NoError(t, bob.Close())
	f.fork(1)
	alice.say("two")
	bob = bob.back(f.cluster, 0)
	bob.hears("two")
	require.Equal(t, 1, bob.caughtUp().Messages)
	alice.say("three")
	bob.hears("three")
}

// Nobody says anything: still it does not wait for ever, and is told that something may be missing.
func TestClientWhosePlaceIsLostIsLetInAndTold(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	alice.say("one")
	f.ahead("lost with the old master", 0)
	bob.hears("one", "lost with the old master")
	require.NoError(t, bob.Close())
	f.fork(1)
	f.addMovable("new", f.places) // which has never seen what is lost
	bob = bob.back(f.cluster, 1)
	require.Nil(t, bob.caughtUp().Gone, "nobody knows what is gone")
	alice.say("two")
	bob.hears("two")
}

// This node's replica alone has read a message, and another one is promoted. The sender has no answer, and sends it again. Whoever heard
// it here hears it once, and so does whoever was elsewhere then, or away.
func TestMessageOfALostTailThatIsSentAgainIsHeardOnce(t *testing.T) {
	f := startForked(t)
	alice, bob, carol, dave := f.dial(0, "alice"), f.dial(0, "bob"), f.dial(0, "carol"), f.dial(0, "dave")
	erin, frank := f.dial(0, "erin"), f.dial(0, "frank")
	alice.say("one")
	for _, p := range []*person{carol, erin} {
		p.hears("one")
		require.NoError(t, p.Close())
	}
	f.add(f.top, "*", "two", entry.Key, "k")
	for _, p := range []*person{bob, dave, frank} {
		p.hears("one", "two")
	}
	for _, p := range []*person{dave, frank} {
		require.NoError(t, p.Close())
	}
	f.fork(1)
	alice.say("between")
	bob.hears("between")
	carol, dave = carol.back(f.cluster, 0), dave.back(f.cluster, 0) // she has not heard it, and nobody knows; he has, as his place tells
	for _, p := range []*person{carol, dave} {
		p.hears("between")
		p.caughtUp()
	}

	f.add(f.second, "*", "two", entry.Again, "k")
	carol.hears("two")
	erin, frank = erin.back(f.cluster, 0), frank.back(f.cluster, 0)
	erin.hears("between", "two")
	frank.hears("between")
	alice.say("three")
	for _, p := range []*person{bob, carol, dave, erin, frank} {
		p.hears("three")
	}
	f.add(f.second, "*", "two", entry.Again, "k")
	alice.say("four")
	for _, p := range []*person{bob, carol, dave, erin, frank} {
		p.hears("four")
	}
	require.NoError(t, bob.Close())
	bob = bob.back(f.cluster, 0)
	require.Zero(t, bob.caughtUp().Messages)
	for _, n := range []int{10, 5, 4, 3, 2} { // a history has the second copy
		fresh := f.dialWith(0, chatclient.DialOptions{Name: "new", History: n}, new(chatclient.Last))
		var all []string
		for m := fresh.next(); m.Event != "$caught-up"; m = fresh.next() {
			if m.Event == "message" {
				all = append(all, string(m.Data))
			}
		}
		whole := []string{`"one"`, `"between"`, `"two"`, `"three"`, `"four"`}
		require.Equal(t, whole[max(0, len(whole)-n):], all)
	}
}

// The sender's node has read the first copy itself. It adds the second all the same: what it has read may be nowhere.
func TestMessageThatIsSentAgainReachesTheNodesThatHaveLostIt(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	f.loseTwo(alice, bob)
	f.addMovable("other", relaytest.At(relay.Place{Master: f.second.Addrs()[0], Own: f.second.Addrs()[1]}))
	f.nodes[1].awaitReady(t)
	carol := f.dial(1, "carol")
	alice.keyed("two", "k", true)
	alice.isTaken()
	alice.say("three")
	carol.hears("two", "three")
	bob.hears("three")
}

// Whoever comes back to the node has heard what it had heard there, though its place, of the new stream, does not tell it.
func TestWhoComesBackAfterALossHearsNothingTwice(t *testing.T) {
	f := startForked(t)
	alice, bob, carol := f.dial(0, "alice"), f.dial(0, "bob"), f.dial(0, "carol")
	f.loseTwo(alice, bob, carol)
	require.NoError(t, carol.Close())
	require.NoError(t, bob.Close())
	bob = bob.back(f.cluster, 0)
	bob.caughtUp()
	f.add(f.second, "*", "two", entry.Again, "k")
	alice.say("three")
	bob.hears("three")
	carol = carol.back(f.cluster, 0)
	carol.hears("three")
	require.Equal(t, 1, carol.caughtUp().Messages)
}

// Nothing new has come since the other master is there: the node does not know yet that it has lost something. Its own place is one that is lost.
func TestWhoComesBackBeforeTheLossIsKnownHearsNothingTwice(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	alice.say("one")
	f.add(f.top, "*", "two", entry.Key, "k")
	bob.hears("one", "two")
	f.fork(1)
	f.awaitMove(2)
	require.NoError(t, bob.Close())
	bob = bob.back(f.cluster, 0)
	bob.caughtUp()
	f.add(f.second, "*", "two", entry.Again, "k")
	alice.say("three")
	bob.hears("three")
}

// An entry that somebody deletes is not lost with a master: as long as the node's connection lasts, nobody gets it again.
func TestDeletedMessageIsNotDeliveredWhenItIsSentAgain(t *testing.T) {
	f := startForked(t)
	alice, bob := f.dial(0, "alice"), f.dial(0, "bob")
	alice.say("one")
	f.add(f.top, "*", "an insult", entry.Key, "k")
	bob.hears("one", "an insult")
	last := f.redis(0).XRevRangeN(t.Context(), f.stream(), "+", "-", 1).Val()[0].ID
	require.EqualValues(t, 1, f.redis(0).XDel(t.Context(), f.stream(), last).Val())
	carol := f.dial(0, "carol")
	f.add(f.top, "*", "an insult", entry.Again, "k")
	alice.say("three")
	carol.hears("three")
	bob.hears("three")
}

// A client that was away for longer than a key is known.
func TestLostMessageIsKnownForLongerThanItsKey(t *testing.T) {
	f := startForked(t)
	alice, frank, bob := f.dial(0, "alice"), f.dial(0, "frank"), f.dial(0, "bob")
	alice.say("one")
	f.add(f.top, "*", "two", entry.Key, "k")
	frank.hears("one", "two")
	bob.hears("one", "two")
	require.NoError(t, frank.Close())
	f.fork(1)
	alice.say("between")
	f.add(f.second, "*", "two", entry.Again, "k")
	f.add(f.second, streams.ID{Time: uint64(time.Now().Add(3 * time.Minute).UnixMilli())}.String(), "three", entry.Key, "other")
	bob.hears("between", "three")
	frank = frank.back(f.cluster, 0)
	frank.hears("between", "three")
}

// awaitMove waits until the node has subscribed so often.
func (f *forked) awaitMove(times int) {
	require.Eventually(f.t, func() bool { return strings.Count(f.nodes[0].log.String(), "msg="+relay.LogSubscribed+" ") >= times }, patience, tick)
}

// What somebody has heard before it went is all it has heard: another master may lose what came then.
func TestWhoIsAwayWhenAnotherMasterLosesAMessageHearsItsSecondCopy(t *testing.T) {
	f := startForked(t)
	alice, bob, witness := f.dial(0, "alice"), f.dial(0, "bob"), f.dial(0, "witness")
	f.loseTwo(alice, bob, witness)
	require.NoError(t, bob.Close())
	f.add(f.second, "*", "four", entry.Key, "k4")
	witness.hears("four")
	f.top, f.second = f.second, topologytest.Start(t, 1)
	f.fork(1)
	f.awaitMove(3)
	bob = bob.back(f.cluster, 0)
	require.Zero(t, bob.caughtUp().Messages)
	f.add(f.second, "*", "four", entry.Again, "k4")
	alice.say("five")
	bob.hears("four", "five")
	witness.hears("five")
}
