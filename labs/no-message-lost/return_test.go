package streams_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	relay "example.com/redis-chat/05-distributed-relay"
	streams "example.com/redis-chat/labs/no-message-lost"
)

func TestMessageReachesTheClientsOfBothNodes(t *testing.T) {
	c := start(t)
	alice, bob, carol := c.dial(0, "alice"), c.dial(0, "bob"), c.dial(1, "carol")
	alice.say("hi")
	bob.hears("hi")
	carol.hears("hi")
}

func TestClientThatComesBackGetsWhatItMissedBeforeWhatIsNew(t *testing.T) {
	for where, node := range map[string]int{"at its node": 0, "at the other": 1} {
		t.Run(where, func(t *testing.T) {
			c := start(t)
			alice, bob, witness := c.dial(0, "alice"), c.dial(0, "bob"), c.dial(1, "witness")
			alice.say("one")
			bob.hears("one")
			require.NoError(t, bob.Close())
			alice.say("two", "three")
			witness.hears("one", "two", "three") // or the other node, which is not as far, would have them to come
			bob = bob.back(c, node)
			bob.hears("two", "three")
			told := bob.caughtUp()
			require.Equal(t, 2, told.Messages)
			require.Zero(t, *told.Gone)
			alice.say("four")
			bob.hears("four")
		})
	}
}

// It has a place from its first frame on.
func TestClientThatHasGotNothingMissesNothing(t *testing.T) {
	c := start(t)
	alice, witness := c.dial(0, "alice"), c.dial(1, "witness")
	alice.say("before")
	witness.hears("before")
	bob := c.dial(1, "bob")
	require.NoError(t, bob.Close())
	alice.say("one")
	bob = bob.back(c, 0)
	bob.hears("one")
	require.Equal(t, 1, bob.caughtUp().Messages, "what was said before it came was not missed")
}

func TestSenderDoesNotMissItsOwnMessages(t *testing.T) {
	c := start(t)
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	alice.say("one")
	require.NoError(t, alice.Send(t.Context(), message("two"))) // without an id nobody tells it the place
	bob.hears("one", "two")
	require.NoError(t, alice.Close())
	bob.say("three")
	alice = alice.back(c, 1)
	alice.hears("three")
	require.Equal(t, 1, alice.caughtUp().Messages)
}

func TestBytesAreMissedAndComeBack(t *testing.T) {
	c := start(t)
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	require.NoError(t, alice.SendBinary(t.Context(), []byte{0, 1, 0xff}))
	require.Equal(t, []byte{0, 1, 0xff}, bob.until("binary").Binary)
	require.NoError(t, bob.Close())
	require.NoError(t, alice.SendBinary(t.Context(), []byte{2}))
	alice.say("after")
	bob = bob.back(c, 0)
	require.Equal(t, []byte{2}, bob.until("binary").Binary, "and not the first one again")
	bob.hears("after")
}

func TestWhatWasTrimmedIsToldWithItsNumber(t *testing.T) {
	c := start(t)
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	alice.say(numbered("lost", 1, 7)...)
	alice.say("kept")
	require.NoError(t, c.redis(0).XTrimMaxLen(t.Context(), c.stream(), 1).Err())
	require.Eventually(t, func() bool { return c.redis(1).XLen(t.Context(), c.stream()).Val() == 1 }, patience, tick)
	bob = bob.back(c, 0)
	bob.hears("kept")
	told := bob.caughtUp()
	require.Equal(t, 1, told.Messages)
	if told.Gone == nil {
		redis7(t, c)
		return
	}
	require.EqualValues(t, 7, *told.Gone)
}

func TestNewClientGetsTheLastMessagesOfItsRoom(t *testing.T) {
	c := start(t)
	alice := c.dial(0, "alice")
	witness := c.dial(1, "witness")
	elsewhere := chatclient.DialOptions{Name: "other", Room: "elsewhere"}
	other, far := c.dialWith(0, elsewhere, new(chatclient.Last)), c.dialWith(1, elsewhere, new(chatclient.Last))
	alice.say("one", "two")
	other.say("not for the lobby")
	alice.say("three")
	witness.hears("one", "two", "three")
	other.say("behind them") // a node notes where it is behind what it delivers: what comes next has waited for that
	far.hears("not for the lobby", "behind them")
	bob := c.dialWith(1, chatclient.DialOptions{Name: "bob", History: 2}, new(chatclient.Last))
	bob.hears("two", "three")
	require.Equal(t, 2, bob.caughtUp().Messages)
	carol := c.dialWith(1, chatclient.DialOptions{Name: "carol", History: 100}, new(chatclient.Last))
	carol.hears("one", "two", "three")
	alice.say("four")
	bob.hears("four")
	carol.hears("four")
}

// More than one part, so that messages come while the client catches up.
func TestManyMissedMessagesComeInOrder(t *testing.T) {
	c := start(t)
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	alice.say(numbered("missed", 1, 1700)...)
	back := bob.back(c, 0)
	alice.say(numbered("new", 1, 300)...)
	back.hears(numbered("missed", 1, 1700)...)
	back.hears(numbered("new", 1, 300)...)
}

func TestPlaceThatIsNoneIsRefused(t *testing.T) {
	c := start(t)
	_, err := chatclient.Dial(t.Context(), c.nodes[0].url, chatclient.DialOptions{Last: chatclient.Last{Place: "yesterday"}})
	require.ErrorContains(t, err, "after is the place of the last message that you have got")
}

func TestClientOfANodeThatIsBehindWaits(t *testing.T) {
	c := startCluster(t, topologytest.Start(t, 2), relay.Options{}, streams.Options{})
	alice, bob := c.dial(0, "alice"), c.dial(0, "bob")
	release := topologytest.Hold(t, c.top, 2)
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	back := make(chan *person, 1)
	go func() { back <- bob.back(c, 1) }()
	alice.say("two")
	release()
	bob = <-back
	bob.hears("two")
}

// It had joined one more room later: it comes back to both, and what was said there before it joined it has not missed.
func TestClientThatComesBackCatchesUpInAllItsRooms(t *testing.T) {
	c := start(t)
	alice, witness := c.dial(0, "alice"), c.dial(1, "witness")
	other := c.dialWith(1, chatclient.DialOptions{Name: "other", Room: "go"}, new(chatclient.Last))
	alice.say("one")
	bob := c.dial(1, "bob")
	other.say("before it joined")
	bob.join("go")
	require.NoError(t, bob.Close())
	alice.say("two")
	other.say("in go")
	alice.say("three")
	witness.hears("one", "two", "three")
	bob = bob.back(c, 0)
	bob.hears("two", "in go", "three")
	require.Equal(t, 3, bob.caughtUp().Messages)
	other.say("and now")
	bob.hears("and now")
}

// Its node ends while it catches up: it goes on at the other one, from where it has come to.
func TestClientWhoseNodeEndsWhileItCatchesUpGoesOnElsewhere(t *testing.T) {
	c := start(t)
	alice, bob, witness := c.dial(1, "alice"), c.dial(1, "bob"), c.dial(0, "witness")
	alice.say("one")
	bob.hears("one")
	witness.hears("one")
	require.NoError(t, bob.Close())
	missed := numbered("missed", 1, 1700)
	alice.say(missed...)
	witness.hears(missed...)
	bob = bob.back(c, 0)
	bob.hears(missed[:10]...)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.nodes[0].stop()
	}()
	heard := 10
	for {
		m, err := bob.Receive(t.Context())
		if err != nil {
			break
		}
		if bob.last.Note(m); m.Event == "message" {
			require.Equal(t, `"`+missed[heard]+`"`, string(m.Data))
			heard++
		}
	}
	<-ended
	bob = bob.back(c, 1)
	bob.hears(missed[heard:]...)
	alice.say("new")
	bob.hears("new")
	t.Logf("%d of %d at the first node", heard, len(missed))
}
