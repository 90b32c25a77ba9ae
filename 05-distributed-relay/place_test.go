package relay_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/relaytest"
)

// startMovable is a master with two replicas, a node that goes where places say, and one that stays.
func startMovable(t *testing.T, o relay.Options) (*cluster, *relaytest.Places) {
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t), o: o}
	places := relaytest.At(relay.Place{Master: c.top.Addrs()[0], Own: c.top.Addrs()[1]})
	c.addNodeOf(places)
	c.addNode(2)
	c.introduce()
	return c, places
}

func TestNodeThatKnowsNoMasterYetSaysSo(t *testing.T) {
	top := topologytest.Start(t, 1)
	places := relaytest.At(relay.Place{})
	n := startNode(t, relay.Options{Places: places, Prefix: redistest.Prefix(t)})
	require.Eventually(t, func() bool {
		reason, ready := n.relay.Ready()
		return !ready && reason == "no Sentinel has said yet where the master is"
	}, patience, time.Millisecond)
	places.Set(relay.Place{Master: top.Addrs()[0], Own: top.Addrs()[1]})
	n.awaitReady(t)
}

func TestNodeMovesToAnotherReplicaWithoutAGap(t *testing.T) {
	c, places := startMovable(t, relay.Options{})
	c.beat()
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	addrs, n, said := c.top.Addrs(), c.nodes[0], 0
	for move := range 4 { // there and back, while messages flow
		places.Set(relay.Place{Master: addrs[0], Own: addrs[1+(move+1)%2]})
		for strings.Count(n.log.String(), "msg=subscribed") < move+2 {
			bob.say(fmt.Sprint(said))
			require.Equal(t, fmt.Sprintf("%q", fmt.Sprint(said)), string(alice.until("message").Data))
			said++
		}
	}
	require.Zero(t, n.metric(t, "chat_messages_missed_total"))
	require.Zero(t, n.metric(t, "chat_messages_repeated_total"))
	require.NotContains(t, n.log.String(), relay.LogNotReady, "nobody is told of anything")
}

func TestNothingIsPublishedWhileAnotherServerIsAboutToBecomeTheMaster(t *testing.T) {
	c, places := startMovable(t, relay.Options{})
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	place, _ := places.Now()
	moving := place
	moving.Moving = true
	places.Set(moving)
	alice.send(message("held", 1))
	alice.send(message("held, too", 2))
	for range 20 { // all that bob says comes before, though it is later
		bob.say("meanwhile")
		alice.hears("meanwhile")
	}
	places.Set(place)
	require.Equal(t, "$ack", alice.until("$ack").Event)
	heard := bob.until("message")
	require.Equal(t, `"held"`, string(heard.Data))
}

func TestWhoWaitsTooLongForAMasterIsToldThatNothingWasSent(t *testing.T) {
	c, places := startMovable(t, relay.Options{PublishTimeout: time.Second})
	alice := c.dial(0, "alice", "lobby")
	place, _ := places.Now()
	place.Moving = true
	places.Set(place)
	alice.send(message("lost", 1))
	answer := alice.until("$error")
	require.Contains(t, string(answer.Data), "not sent")
}

// away are places that name a server of another network, until the node asks for another one.
type away struct {
	*relaytest.Places
	instead relay.Place
}

func (a away) Avoid(addr string) {
	if place, _ := a.Now(); place.Own == addr {
		a.Set(a.instead)
	}
}

func TestNodeThatCannotReachItsReplicaSubscribesAtAnotherServer(t *testing.T) {
	top, nobody := topologytest.Start(t, 1), redistest.Nobody(t)
	master, replica := top.Addrs()[0], top.Addrs()[1]
	places := away{relaytest.At(relay.Place{Master: master, Own: nobody}), relay.Place{Master: master, Own: replica}}
	n := startNode(t, relay.Options{Places: places, Prefix: redistest.Prefix(t)})
	n.awaitReady(t)
	place, _ := places.Now()
	require.Equal(t, replica, place.Own)
	n.awaitLines(t, `msg="looking for another server to subscribe at" why="subscribe at `+nobody+`: nobody answers there: `, 1)
}

func TestNodeStaysWhereItIsSubscribedWhenItCannotReachTheNextServer(t *testing.T) {
	top, nobody := topologytest.Start(t, 1), redistest.Nobody(t)
	stay := relay.Place{Master: top.Addrs()[0], Own: top.Addrs()[1]}
	places := away{relaytest.At(stay), stay}
	n := startNode(t, relay.Options{Places: places, Prefix: redistest.Prefix(t)})
	n.awaitReady(t)
	places.Set(relay.Place{Master: stay.Master, Own: nobody})
	n.awaitLines(t, `msg="looking for another server to subscribe at"`, 1)
	require.Eventually(t, func() bool { p, _ := places.Now(); return p == stay }, patience, time.Millisecond)
	n.beat(t)
	n.awaitLines(t, `msg="going to another server to subscribe" now=`+stay.Own, 1)
	require.NotContains(t, n.log.String(), relay.LogNotReady)
}

func TestNodeSaysWhoNamesAnAddressThatLeadsNowhere(t *testing.T) {
	nobody := redistest.Nobody(t)
	n := startNode(t, relay.Options{Places: relaytest.At(relay.Place{Master: nobody, Own: nobody})})
	require.Eventually(t, func() bool {
		reason, ready := n.relay.Ready()
		return !ready && strings.Contains(reason, " "+nobody+": nobody answers there: ") &&
			strings.HasSuffix(reason, "; the Sentinels name this address: if the server is up, it has to announce one that leads there from here "+
				"(replica-announce-ip, replica-announce-port)")
	}, patience, time.Millisecond)
	require.NotContains(t, n.log.String(), "looking for another server", "there is no other one than the master")
}

// Another master is another stream, of which the node's own server knows nothing.
func TestNodeGoesToAnotherMasterAndItsNumbersGoOn(t *testing.T) {
	c, places := startMovable(t, relay.Options{})
	alice := c.dial(0, "alice", "lobby")
	alice.sayAndPlace("before", 1)

	other := &cluster{t: t, top: topologytest.Start(t, 2), prefix: c.prefix}
	other.addNode(1)
	other.introduce()
	bob := other.dial(0, "bob", "lobby")
	places.Set(relay.Place{Master: other.top.Addrs()[0], Own: other.top.Addrs()[2]})
	n := c.nodes[0]
	n.awaitLines(t, `msg="another server is the master"`, 1)
	n.awaitLines(t, "msg=subscribed", 2)
	n.beat(t)
	n.awaitLines(t, relay.LogReady, 2)
	bob.say("from there")
	alice.hears("from there")
	alice.sayAndPlace("after", 2)
	bob.hears("after")
	require.Zero(t, other.nodes[0].metric(t, "chat_messages_repeated_total"))
	require.Zero(t, n.metric(t, "chat_messages_missed_total"))
}
