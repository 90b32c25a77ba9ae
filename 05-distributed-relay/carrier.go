package relay

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Carrier is how messages travel through Redis: by PUBLISH and a subscription, unless
// Options name another. labs/no-message-lost has one that keeps them.
type Carrier interface {
	// Subscribe begins to read at client's server, as chapter 03's Subscribe does.
	Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (Receiver, error)

	// Argument encodes the data of a client's message: wire.Envelope.Encoded.
	Argument(data json.RawMessage) (pack.Value, error)
	// Append appends the payload of a message. It cannot fail where Argument has not.
	Append(dst []byte, e *wire.Envelope) ([]byte, error)
	// Together says that the commands of a batch are to be one transaction: they are answered QUEUED first, so their
	// replies have to take a text, as redis.StringCmd does.
	Together() bool
	// Message is the command that carries a message, and Own one of the nodes' own:
	// args is empty, has room for 16, and serves again when the command was answered.
	Message(ctx context.Context, args []any, e *wire.Envelope, channel, payload any) redis.Cmder
	Own(ctx context.Context, args []any, channel, payload any) redis.Cmder

	// Proven tells that a probe of this node's own has come back: all that the master had then has been delivered.
	Proven(then time.Time)

	// Envelope and Number read a message that has come back, all of it or its publisher and number alone.
	Envelope(e *pubsub.Event) (wire.Envelope, error)
	Number(e *pubsub.Event) (pub string, seq uint64, err error)
}

// Tidier is a Carrier that has something to tidy up at the master now and then. Tidy is asked behind each batch, and is
// nil when nothing is due. Nobody waits for the command's answer.
type Tidier interface {
	Tidy(ctx context.Context) redis.Cmder
}

// Numberer is a Carrier that numbers parts of a publisher's messages each for itself, so that a node which gets
// only some of them can count what it missed.
type Numberer interface {
	Carrier
	// Fill puts the last number of each part into a probe; it is called on the goroutine that calls Append.
	Fill(*wire.Probe)
	// Series are the parts that this node gets, of a probe's publisher, and their last numbers.
	Series(*wire.Probe) iter.Seq2[string, uint64]
}

// Continuer is a Numberer whose parts may have come here by another relay of this node before.
type Continuer interface {
	Numberer
	// GoesOn is asked when a series is new to this relay: the last number that the other one has got of it.
	GoesOn(series string) (last uint64, ok bool)
}

// Clustered is a Carrier for the servers of a Redis Cluster, which are refused to all others: labs/scale-out/sharded.
type Clustered interface {
	Carrier
	Clustered()
}

// Seen is the last number that this relay has got of a series. It is for its carrier, on the delivering goroutine.
func (r *Relay) Seen(series string) (last uint64, ok bool) {
	if p := r.sequences.seen[series]; p != nil {
		return p.last, true
	}
	return 0, false
}

// ByPubSub is the Carrier of this chapter, for others that change a part of it.
func ByPubSub() Carrier { return byPubSub{} }

// Receiver hands over what a Carrier brings: *pubsub.Subscriber is one, and says what its methods promise.
type Receiver interface {
	Receive(ctx context.Context) ([]pubsub.Event, error)
	Move(client *redis.Client, how pubsub.Handover)
}

// byPubSub is the Carrier of this chapter.
type byPubSub struct{}

func (byPubSub) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (Receiver, error) {
	return pubsub.Subscribe(ctx, client, o)
}

func (byPubSub) Argument(data json.RawMessage) (pack.Value, error) { return pack.FromJSON(data) }

func (byPubSub) Append(dst []byte, e *wire.Envelope) ([]byte, error) { return e.Append(dst) }

func (byPubSub) Together() bool { return false } // a subscriber gets all that a pipeline holds as it is

func (p byPubSub) Message(ctx context.Context, args []any, _ *wire.Envelope, channel, payload any) redis.Cmder {
	return p.Own(ctx, args, channel, payload)
}

func (byPubSub) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewIntCmd(ctx, append(args, "publish", channel, payload)...)
}

func (byPubSub) Proven(time.Time) {}

func (byPubSub) Envelope(e *pubsub.Event) (wire.Envelope, error) {
	return wire.DecodeEnvelope(e.Payload)
}

func (byPubSub) Number(e *pubsub.Event) (pub string, seq uint64, err error) {
	return wire.DecodeNumber(e.Payload)
}

// tidy puts what a Tidier has to say behind a batch.
func (p *publisher) tidy(ctx context.Context, pipe redis.Pipeliner) {
	if t, ok := p.o.Carrier.(Tidier); ok {
		if c := t.Tidy(ctx); c != nil {
			_ = pipe.Process(ctx, c)
		}
	}
}
