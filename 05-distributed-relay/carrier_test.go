package relay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// plainly is a carrier of a test's own: one channel for all messages, as JSON. What nodes tell each other goes the usual way.
type plainly struct {
	prefix string

	mu      sync.Mutex
	carried []string // what was given to Message, in its order
	proven  []time.Time
}

const ofMessages = "plainly:messages"

// form is what travels.
type form struct {
	UID, Pub, Event, From string
	Seq                   uint64
	Rooms, Except         []string
	Data                  json.RawMessage
}

func (p *plainly) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	o.Channels, o.Patterns = nil, []string{p.prefix + ofMessages, o.Patterns[1], o.Patterns[2]}
	return pubsub.Subscribe(ctx, client, o)
}

func (p *plainly) Argument(data json.RawMessage) (pack.Value, error) { return pack.Value(data), nil }

func (p *plainly) Append(dst []byte, e *wire.Envelope) ([]byte, error) {
	data, _ := json.Marshal(form{UID: e.UID, Pub: e.Pub, Event: e.Event, From: e.From, Seq: e.Seq, Rooms: e.Rooms, Except: e.Except, Data: json.RawMessage(e.Encoded)})
	return append(dst, data...), nil
}

func (p *plainly) Together() bool { return false }

func (p *plainly) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	p.mu.Lock()
	p.carried = append(p.carried, fmt.Sprint(e.Event, " ", e.Seq))
	p.mu.Unlock()
	return redis.NewIntCmd(ctx, append(args, "publish", p.prefix+ofMessages, payload)...)
}

func (p *plainly) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewIntCmd(ctx, append(args, "publish", channel, payload)...)
}

func (p *plainly) Envelope(e *pubsub.Event) (wire.Envelope, error) {
	var f form
	err := json.Unmarshal([]byte(e.Payload), &f)
	return wire.Envelope{UID: f.UID, Pub: f.Pub, Event: f.Event, From: f.From, Seq: f.Seq, Rooms: f.Rooms, Except: f.Except, Args: []any{f.Data}}, err
}

func (p *plainly) Number(e *pubsub.Event) (pub string, seq uint64, err error) {
	envelope, err := p.Envelope(e)
	return envelope.Pub, envelope.Seq, err
}

func (p *plainly) Proven(then time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proven = append(p.proven, then)
}

// startPlainly is two nodes, each with such a carrier.
func startPlainly(t *testing.T) (*cluster, []*plainly) {
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	var carriers []*plainly
	for i := range 2 {
		p := &plainly{prefix: c.prefix}
		c.o.Carrier = p
		c.addNode(i + 1)
		carriers = append(carriers, p)
	}
	c.introduce()
	return c, carriers
}

func TestRelaySpeaksAndHearsByItsCarrier(t *testing.T) {
	c, carriers := startPlainly(t)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	alice.sayAndPlace("hi", 1)
	alice.sayAndPlace("there", 2)
	bob.hears("hi")
	m := bob.until("message")
	require.JSONEq(t, `"there"`, string(m.Data))
	require.Equal(t, "alice", m.From)
	require.Equal(t, []string{"message 1", "message 2"}, carriers[0].carried, "with the relay's numbers")
	require.Zero(t, c.nodes[1].metric(t, "chat_messages_missed_total"))
}

func TestCarrierIsToldHowFarDeliveryIsProven(t *testing.T) {
	c, carriers := startPlainly(t)
	before := time.Now()
	c.nodes[0].probe(t)
	require.Eventually(t, func() bool {
		carriers[0].mu.Lock()
		defer carriers[0].mu.Unlock()
		n := len(carriers[0].proven)
		return n > 0 && !carriers[0].proven[n-1].Before(before) && carriers[0].proven[n-1].Before(time.Now())
	}, patience, time.Millisecond, "of a probe that was published since")
}

func TestWhatACarrierCannotReadIsCountedAndHarmsNobody(t *testing.T) {
	c, _ := startPlainly(t)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	c.publishRaw(ofMessages, []byte("{"))
	alice.sayAndPlace("hi", 1)
	bob.hears("hi")
	c.nodes[1].awaitMetric(t, "chat_messages_malformed_total", 1)
}

// tardy hands a batch over only when it is told to look at something else.
type tardy struct {
	relay.Receiver
	took func()
}

func (r *tardy) Receive(ctx context.Context) ([]pubsub.Event, error) {
	events, err := r.Receiver.Receive(ctx)
	for i := range events {
		if strings.Contains(events[i].Payload, "on its way") {
			r.took()
			<-ctx.Done()
		}
	}
	return events, err
}

type tardily struct {
	*plainly
	took chan struct{}
}

func (c *tardily) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	r, err := c.plainly.Subscribe(ctx, client, o)
	return &tardy{r, func() { close(c.took) }}, err
}

// The publisher has news in the very moment in which a batch is handed over: the master has refused a message.
func TestBatchIsDeliveredThoughThereIsNews(t *testing.T) {
	c := &cluster{t: t, top: topologytest.Server(t, 1), prefix: redistest.Prefix(t)}
	took := make(chan struct{})
	for i := range c.top.Addrs() {
		c.do(i, "ACL SETUSER chat on >secret allcommands allchannels allkeys")
	}
	c.o = relay.Options{
		Username: "chat", Password: "secret", Carrier: &tardily{&plainly{prefix: c.prefix}, took},
		ProbeInterval: lively.ProbeInterval, PublishTimeout: lively.PublishTimeout,
	}
	c.addNode(1)
	c.introduce()
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby")
	alice.send(message("on its way", 1))
	<-took
	c.do(0, "ACL SETUSER chat -publish")
	alice.send(message("refused", 2))
	bob.hears("on its way")
}
