package scaleout

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
)

// carrier is chapter 05's, with a channel for each lane and a number of its own on each. What travels is that number, as a
// varint (encoding/binary), and the envelope of chapter 05 behind it.
type carrier struct {
	relay.Carrier
	prefix  string              // of the lanes' channels: their number follows
	suffix  string              // and is followed by this
	names   [lane.Count + 1]any // the channels: as any they are made once
	joins   *joins
	brought atomic.Int64 // messages for clients that have come to this node

	// Of the publishing goroutine.
	last *[lane.Count + 1]uint64 // number on each lane

	// Of the delivering goroutine.
	series map[follow]string
}

// follow is one publisher on one lane, for one time that this node hears it.
type follow struct {
	pub   string
	lane  lane.Lane
	times int
}

func newCarrier(own string) *carrier { return newCarrierOn(own+lane.Channels, "") }

func newCarrierOn(prefix, suffix string) *carrier {
	c := &carrier{Carrier: relay.ByPubSub(), prefix: prefix, suffix: suffix, last: &[lane.Count + 1]uint64{}, series: map[follow]string{}}
	for l := range c.names {
		c.names[l] = c.channel(lane.Lane(l))
	}
	c.joins = newJoins(c.channel)
	return c
}

func (c *carrier) channel(l lane.Lane) string { return Channel(c.prefix, c.suffix, l) }

// lane is the lane of a channel.
func (c *carrier) lane(channel string) (lane.Lane, error) {
	text, ours := strings.CutPrefix(channel, c.prefix)
	text, ends := strings.CutSuffix(text, c.suffix)
	ours = ours && ends
	n := 0
	for _, digit := range []byte(text) {
		if n = 10*n + int(digit-'0'); digit < '0' || digit > '9' || n > lane.Count {
			ours = false
			break
		}
	}
	if !ours || text == "" {
		return 0, fmt.Errorf("channel %.64q is no lane", channel)
	}
	return lane.Lane(n), nil
}

// Subscribe subscribes to what is for everybody. The lanes of rooms follow when somebody enters them. All are
// channels and none a pattern, so that miniredis keeps their order, too.
func (c *carrier) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	o.Channels, o.Patterns = append([]string{c.channel(lane.Everybody)}, o.Patterns[1:]...), nil
	s, err := pubsub.Subscribe(ctx, client, o)
	if err != nil {
		return nil, err
	}
	c.joins.begin(s)
	return &receiver{Subscriber: s, c: c}, nil
}

// receiver tells the joins where a lane begins: what it hands over ends before that place, and goes on there.
type receiver struct {
	*pubsub.Subscriber
	c    *carrier
	rest []pubsub.Event
}

func (r *receiver) Receive(ctx context.Context) (events []pubsub.Event, err error) {
	if len(r.rest) == 0 {
		if r.rest, err = r.Subscriber.Receive(ctx); err != nil {
			return nil, err
		}
	}
	if first := &r.rest[0]; first.Kind == pubsub.Added {
		if l, err := r.c.lane(first.Channel); err == nil {
			r.c.joins.hear(l)
		}
	}
	end := 1
	for end < len(r.rest) && r.rest[end].Kind != pubsub.Added {
		end++
	}
	events, r.rest = r.rest[:end], r.rest[end:]
	return events, nil
}

// Append numbers a message on its lane.
func (c *carrier) Append(dst []byte, e *wire.Envelope) ([]byte, error) {
	l := lane.For(e.Rooms)
	c.last[l]++
	return c.Carrier.Append(binary.AppendUvarint(dst, c.last[l]), e)
}

// Message publishes on the lane.
func (c *carrier) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	return c.Own(ctx, args, c.names[lane.For(e.Rooms)], payload)
}

var errNoNumber = errors.New("there is no number before the envelope")

// Envelope reads what has come on a lane.
func (c *carrier) Envelope(e *pubsub.Event) (wire.Envelope, error) {
	l, nth, payload, err := c.split(e)
	if err != nil {
		return wire.Envelope{}, err
	}
	envelope, err := wire.DecodeEnvelope(payload)
	if err == nil && envelope.Pub != "" {
		envelope.Series, envelope.Nth = c.seriesOf(envelope.Pub, l), nth
	}
	c.brought.Add(1)
	return envelope, err
}

// Number reads its series and number alone.
func (c *carrier) Number(e *pubsub.Event) (series string, nth uint64, err error) {
	l, nth, payload, err := c.split(e)
	if err != nil {
		return "", 0, err
	}
	pub, _, err := wire.DecodeNumber(payload)
	if err != nil || pub == "" {
		return "", 0, err
	}
	return c.seriesOf(pub, l), nth, nil
}

func (c *carrier) split(e *pubsub.Event) (l lane.Lane, nth uint64, payload string, err error) {
	if l, err = c.lane(e.Channel); err != nil {
		return 0, 0, "", err
	}
	nth, n := binary.Uvarint([]byte(e.Payload[:min(len(e.Payload), binary.MaxVarintLen64)]))
	if n <= 0 || nth == 0 {
		return 0, 0, "", errNoNumber
	}
	return l, nth, e.Payload[n:], nil
}

// mostSeries bounds the memory for names.
const mostSeries = 1 << 16

// seriesOf names the numbers of a publisher on a lane. It is another name when the lane is heard anew: what was published
// meanwhile was not for anybody here, and is not missed.
func (c *carrier) seriesOf(pub string, l lane.Lane) string {
	times, _ := c.joins.heard(l)
	key := follow{pub, l, times}
	name, ok := c.series[key]
	if !ok {
		if len(c.series) >= mostSeries {
			clear(c.series)
		}
		name = fmt.Sprintf("%s/%d/%d", pub, l, times)
		key.pub = strings.Clone(pub) // it is part of a payload
		c.series[key] = name
	}
	return name
}

// Fill puts the last number on each lane into a probe, as varints, in the order of the lanes: 257 bytes when little was said,
// and some hundred more later. It tells all of them each time: to tell only what has moved since the probe before would be to
// lose it with that probe.
func (c *carrier) Fill(p *wire.Probe) { c.fill(p, func(lane.Lane) bool { return true }) }

// fill does so for the lanes that are here: each is one more than its number, as 0 says that it is elsewhere.
func (c *carrier) fill(p *wire.Probe, here func(lane.Lane) bool) {
	for l := range lane.Lane(len(c.last)) {
		told := uint64(0)
		if here(l) {
			told = c.last[l] + 1
		}
		p.Lanes = binary.AppendUvarint(p.Lanes, told)
	}
}

// Series yields the lanes of a probe that this node hears.
func (c *carrier) Series(p *wire.Probe) iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		told := p.Lanes
		for l := range lane.Lane(len(c.names)) {
			last, n := binary.Uvarint(told)
			if n <= 0 {
				return // of another kind of node
			}
			told = told[n:]
			if _, heard := c.joins.heard(l); heard && last > 0 && !yield(c.seriesOf(p.Pub, l), last-1) {
				return
			}
		}
	}
}
