package pubsub

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestChannelThatIsAddedBringsWhatIsPublishedFromThenOn(t *testing.T) {
	client := redistest.Start(t)
	prefix := redistest.Prefix(t)
	r := subscribe(t, client, Options{Channels: []string{prefix + "a"}})
	r.until(Subscribed)
	publish := func(channel, text string) {
		require.NoError(t, client.Publish(t.Context(), prefix+channel, text).Err())
	}
	publish("b", "nobody hears it")
	require.NoError(t, r.s.Add(t.Context(), prefix+"b"))
	publish("b", "1")
	publish("a", "2")
	e, before := r.until(Added)
	require.Equal(t, prefix+"b", e.Channel)
	require.Empty(t, before)
	require.Equal(t, []string{"1", "2"}, r.payloads(2))

	require.NoError(t, r.s.Add(t.Context(), prefix+"a"), "it is there from the beginning")
	require.NoError(t, r.s.Add(t.Context(), prefix+"b"), "it was added before")

	r.s.Remove(prefix + "b")
	require.NoError(t, r.s.Add(t.Context(), prefix+"c")) // UNSUBSCRIBE is carried out before it
	publish("b", "nobody hears it any more")
	publish("c", "3")
	e, _ = r.until(Added)
	require.Equal(t, prefix+"c", e.Channel)
	require.Equal(t, []string{"3"}, r.payloads(1))
}

// alone subscribes to a at a scripted server.
func alone(t *testing.T, frozen bool, test func(*testing.T, *scripted, *Subscriber, func() []told)) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{frozen: frozen}
		client := server.client()
		s, err := Subscribe(t.Context(), client, Options{Channels: []string{"a"}})
		require.NoError(t, err)
		events := listen(t, s)
		synctest.Wait()
		test(t, &server, s, events)
		server.drop()
		require.NoError(t, client.Close())
		synctest.Wait()
	})
}

func TestAddedChannelsAreThereAfterAnOutage(t *testing.T) {
	alone(t, false, func(t *testing.T, server *scripted, s *Subscriber, events func() []told) {
		require.NoError(t, s.Add(t.Context(), "b"))
		s.Remove("a") // was not added: stays
		server.set(func() { server.refuse = errRefused })
		server.drop()
		synctest.Wait()
		added := make(chan error)
		go func() { added <- s.Add(t.Context(), "c") }()
		synctest.Wait()
		server.set(func() { server.refuse = nil })
		require.NoError(t, <-added)
		for _, channel := range []string{"a", "b", "c"} {
			server.publish(channel, channel)
		}
		require.Equal(t, []Kind{Subscribed, Added, Disconnected, Subscribed, Added}, kinds(events()))
		require.Equal(t, []string{"a", "b", "c"}, payloadsOf(events()))
	})
}

func TestAddThatIsNotConfirmedEndsWithItsContext(t *testing.T) {
	alone(t, false, func(t *testing.T, server *scripted, s *Subscriber, events func() []told) {
		server.set(func() { server.frozen = true })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.EqualError(t, s.Add(ctx, "b"), `subscribe to "b": not confirmed: context deadline exceeded`)
		server.set(func() { server.frozen = false })
		require.NoError(t, s.Add(t.Context(), "b"), "it was asked for, and is waited for")
		require.Equal(t, []Kind{Subscribed, Added}, kinds(events()))
	})
}

func TestChannelThatIsAddedWhileAConnectionOpensIsAskedForBehindIt(t *testing.T) {
	alone(t, true, func(t *testing.T, server *scripted, s *Subscriber, events func() []told) {
		added := make(chan error)
		go func() { added <- s.Add(t.Context(), "b") }()
		synctest.Wait()
		server.set(func() { server.frozen = false })
		require.NoError(t, <-added)
		require.Equal(t, []Kind{Subscribed, Added}, kinds(events()))
	})
}

// Of what is no message, only the answer to a PING is a sign of life that was asked for.
func TestConfirmationIsNoAnswerToAPing(t *testing.T) {
	alone(t, false, func(t *testing.T, server *scripted, s *Subscriber, events func() []told) {
		require.NoError(t, s.Add(t.Context(), "b"))
		s.Remove("b")
		synctest.Wait()
		require.Zero(t, s.link.conn.answers.Load())
		require.Len(t, events(), 2)
	})
}

// A subscription moves while channels come and go, while both servers carry out their commands at other times, and
// the network keeps back what they send: what a channel brings behind its Added is all there is, once and in order.
func TestSubscriptionMovesWhileChannelsComeAndGo(t *testing.T) {
	for seed := uint64(800); seed < 1000; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			startPatient(t, time.Hour, func(p *pair) {
				m := moving{pair: p, rand: rand.New(rand.NewPCG(seed, 1)), left: map[string]int{}}
				m.run()
			})
		})
	}
}

// moving is a pair in which all comes at random times.
type moving struct {
	*pair
	rand   *rand.Rand
	wanted []string
	left   map[string]int // what was sent last before a channel was removed
}

func (m *moving) run() {
	for step := range 80 {
		if step%20 == 5 {
			m.s.Move(m.client(1-step/20%2), AtProbe)
		}
		for i := range m.servers {
			if m.rand.IntN(4) == 0 {
				m.change(&m.servers[i], m.rand.IntN(3) == 0, m.rand.IntN(2) == 0, m.rand.IntN(2) == 0)
			}
		}
		switch m.rand.IntN(3) {
		case 0:
			channel := fmt.Sprint("room ", m.rand.IntN(4))
			if !slices.Contains(m.wanted, channel) {
				m.wanted = append(m.wanted, channel)
			}
			go func() { _ = m.s.Add(m.t.Context(), channel) }()
		case 1:
			if len(m.wanted) > 1 {
				m.left[m.wanted[0]] = m.sent
				m.s.Remove(m.wanted[0])
				m.wanted = m.wanted[1:]
			}
		}
		synctest.Wait()
		m.sendToAll()
	}
	for i := range m.servers {
		m.change(&m.servers[i], false, false, false)
	}
	for range 50 {
		m.sendToAll()
	}
	require.Equal(m.t, []int{1, 0}, []int{m.open(0), m.open(1)}, "there and back, twice")
	m.check()
}

func (m *moving) change(s *scripted, busy, held, behind bool) {
	passing := m.rand.IntN(8)
	s.set(func() {
		s.busy, s.behind = busy, behind
		for _, peer := range s.peers {
			peer.held, peer.passing = held, passing
		}
	})
}

func (m *moving) sendToAll() {
	m.sent++
	m.publish("news", strconv.Itoa(m.sent))
	for i := range 4 {
		m.publish(fmt.Sprint("room ", i), strconv.Itoa(m.sent))
	}
	synctest.Wait()
	time.Sleep(20 * time.Millisecond)
	synctest.Wait()
}

func (m *moving) check() {
	first, last := map[string]int{}, map[string]int{"news": 0} // what a channel has brought since it was told as added
	for _, e := range m.events() {
		n, _ := strconv.Atoi(e.Payload)
		before, told := last[e.Channel]
		switch {
		case e.Kind == Added:
			last[e.Channel] = 0
		case e.Kind == Disconnected, e.Kind == Silent:
			m.t.Fatalf("%s: %v", e.Kind, e.Err)
		case e.Kind != Message || e.Probe || !told:
		case before == 0:
			first[e.Channel], last[e.Channel] = n, n
		case n == before+1:
			last[e.Channel] = n
		case m.left[e.Channel] >= first[e.Channel]: // it was removed since: it need not go on
			delete(last, e.Channel)
		default:
			m.t.Fatalf("%s: %d behind %d", e.Channel, n, before)
		}
	}
	for _, channel := range append(m.wanted, "news") {
		require.Equal(m.t, m.sent, last[channel], channel)
	}
}

func payloadsOf(events []told) (payloads []string) {
	for _, e := range events {
		if e.Kind == Message {
			payloads = append(payloads, e.Payload)
		}
	}
	return payloads
}
