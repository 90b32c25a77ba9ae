package pubsub

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// pair is a subscription that is to move from one scripted server to another. What is published reaches both.
type pair struct {
	t       *testing.T
	servers [2]scripted
	s       *Subscriber
	events  func() []told
	probes  int
	order   sync.Mutex // of what is published: the same at both
	sent    int
}

func startPair(t *testing.T, test func(*pair)) { startPatient(t, 0, test) }

func startPatient(t *testing.T, patience time.Duration, test func(*pair)) {
	synctest.Test(t, func(t *testing.T) {
		p := &pair{t: t}
		var err error
		p.s, err = Subscribe(t.Context(), p.client(0), Options{
			Channels: []string{"news", probing}, ProbeInterval: interval,
			Probe: func(context.Context) error {
				p.probes++
				p.publish(probing, strconv.Itoa(p.probes))
				return nil
			},
			ConfirmProbe: func(channel, _ string) bool { return channel == probing },
			Patience:     func() time.Duration { return patience },
		})
		require.NoError(t, err)
		p.events = listen(t, p.s)
		t.Cleanup(func() {
			for i := range p.servers {
				p.servers[i].drop()
			}
			synctest.Wait()
		})
		synctest.Wait()
		p.send(time.Second)
		test(p)
	})
}

func (p *pair) client(i int) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("192.0.2.%d:6379", i+1), Dialer: p.servers[i].dial})
	p.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (p *pair) publish(channel, payload string) {
	p.order.Lock()
	defer p.order.Unlock()
	for i := range p.servers {
		p.servers[i].publish(channel, payload)
	}
}

func (p *pair) send(during time.Duration) {
	for until := time.Now().Add(during); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		p.sent++
		p.publish("news", strconv.Itoa(p.sent))
		synctest.Wait()
	}
	synctest.Wait()
}

// received are the numbers that were handed over.
func (p *pair) received() (numbers []int) {
	for _, e := range p.events() {
		if e.Kind == Message && !e.Probe {
			n, err := strconv.Atoi(e.Payload)
			require.NoError(p.t, err)
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// open is how many connections there are at a server.
func (p *pair) open(server int) (n int) {
	synctest.Wait()
	s := &p.servers[server]
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, peer := range s.peers {
		if !peer.closed {
			n++
		}
	}
	return n
}

func numbersTo(n int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, i+1)
	}
	return numbers
}

func TestSubscriptionMovesWithoutAGap(t *testing.T) {
	for name, hold := range map[string]int{"both as fast": -1, "the new one is later": 1, "the old one is later": 0} {
		t.Run(name, func(t *testing.T) {
			startPair(t, func(p *pair) {
				s := &p.servers[1]
				s.set(func() { s.cut = hold >= 0 })
				p.s.Move(p.client(1), AtProbe)
				synctest.Wait()
				if hold >= 0 { // the network keeps back what one of them sends, for a while
					p.servers[hold].set(func() { p.servers[hold].peers[0].held = true })
					s.set(func() { s.cut = false })
					p.send(interval + interval/2)
					p.servers[hold].set(func() { p.servers[hold].peers[0].held = false })
				}
				p.send(time.Second)
				require.Equal(t, numbersTo(p.sent), p.received(), "all, in order, once")
				require.Equal(t, []Kind{Subscribed, Alive, Moved}, kinds(p.events()))
				require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)})
				p.s.Move(p.client(0), AtProbe)
				p.send(time.Second)
				require.Equal(t, numbersTo(p.sent), p.received(), "and back")
				require.Equal(t, []int{1, 0}, []int{p.open(0), p.open(1)})
			})
		})
	}
}

func TestSubscriptionMovesAtOnceToWhereMessagesAre(t *testing.T) {
	startPair(t, func(p *pair) {
		p.servers[0].set(func() { p.servers[0].cut = true }) // it follows a master of before
		p.s.Move(p.client(1), AtOnce)
		synctest.Wait()
		p.send(interval)
		require.Equal(t, numbersTo(p.sent), p.received())
		require.Equal(t, []Kind{Subscribed, Alive, Disconnected, Subscribed, Alive}, kinds(p.events()))
		require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)})
	})
}

func TestSubscriptionStaysWhereItIsUntilTheOtherServerIsThere(t *testing.T) {
	startPair(t, func(p *pair) {
		p.servers[1].set(func() { p.servers[1].refuse = errRefused })
		p.s.Move(p.client(1), AtProbe)
		p.send(2 * time.Second)
		require.Equal(t, []int{1, 0}, []int{p.open(0), p.open(1)})
		p.servers[1].set(func() { p.servers[1].refuse = nil })
		p.send(time.Second)
		require.Equal(t, numbersTo(p.sent), p.received())
		require.Equal(t, []Kind{Subscribed, Alive, Moved}, kinds(p.events()))
		require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)})
	})
}

func TestSubscriptionThatEndsDuringAMoveGoesOnAtTheNewServer(t *testing.T) {
	for name, confirmed := range map[string]bool{"before the other is there": false, "while it waits for a probe": true} {
		t.Run(name, func(t *testing.T) {
			startPair(t, func(p *pair) {
				s := &p.servers[1]
				s.set(func() {
					if s.cut = true; !confirmed { // it brings no probe
						s.refuse = errRefused
					}
				})
				p.s.Move(p.client(1), AtProbe)
				synctest.Wait()
				s.set(func() { s.cut, s.refuse = false, nil })
				p.servers[0].drop()
				p.send(2 * time.Second)
				require.Equal(t, []Kind{Subscribed, Alive, Disconnected, Subscribed, Alive}, kinds(p.events()))
				require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)})
				if confirmed {
					require.Equal(t, numbersTo(p.sent), p.received(), "the new connection held what came meanwhile")
				}
			})
		})
	}
}

func TestConnectingIsGivenUpForAnotherServer(t *testing.T) {
	startPair(t, func(p *pair) {
		p.servers[0].set(func() { p.servers[0].unconfirmed = "news" }) // it would take ConnectTimeout
		p.servers[0].drop()
		time.Sleep(lastBackoff)
		synctest.Wait()
		require.Equal(t, 1, p.open(0), "it connects")
		p.s.Move(p.client(1), AtProbe)
		synctest.Wait()
		require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)}, "at once")
	})
}

func TestMoveIsReplacedByALaterOne(t *testing.T) {
	startPair(t, func(p *pair) {
		p.servers[1].set(func() { p.servers[1].cut = true }) // it brings no probe
		p.s.Move(p.client(1), AtProbe)
		p.s.Move(p.client(0), AtProbe)
		p.send(time.Second)
		require.Equal(t, numbersTo(p.sent), p.received())
		require.Equal(t, []Kind{Subscribed, Alive}, kinds(p.events()), "it is there already")
		require.Equal(t, []int{1, 0}, []int{p.open(0), p.open(1)})
	})
}

func TestMoveFromAServerThatIsSilentEndsThere(t *testing.T) {
	startPair(t, func(p *pair) {
		p.servers[0].set(func() { p.servers[0].cut = true })
		p.s.Move(p.client(1), AtProbe)
		synctest.Wait()
		p.send(3 * time.Second)
		require.Equal(t, numbersTo(p.sent), p.received(), "the new connection held what came meanwhile")
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Disconnected, Subscribed, Alive}, kinds(p.events()))
		require.Equal(t, []int{0, 1}, []int{p.open(0), p.open(1)})
	})
}
