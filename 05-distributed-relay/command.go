package relay

import (
	"context"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// command is one PUBLISH of a batch, or what another Carrier has in its place. Its memory is the publisher's and serves
// batch after batch: go-redis' own Publish allocates the list of arguments anew
// each time, and twice more to put a string and bytes into it.
type command struct {
	channel, payload argument
	message          *wire.Envelope // nil: one of the node's own
	args             [16]any
	reply            redis.Cmder
}

// argument is bytes that go-redis asks for when it writes. A pointer to them fits
// into an interface as it is, where the bytes themselves would need memory.
type argument []byte

// MarshalBinary implements encoding.BinaryMarshaler.
func (a *argument) MarshalBinary() ([]byte, error) { return *a, nil }

// queue puts the command into a pipeline. It must stay where it is until the
// pipeline has been sent.
func (c *command) queue(ctx context.Context, pipe redis.Pipeliner, by Carrier) {
	if c.message != nil {
		c.reply = by.Message(ctx, c.args[:0], c.message, &c.channel, &c.payload)
	} else {
		c.reply = by.Own(ctx, c.args[:0], &c.channel, &c.payload)
	}
	_ = pipe.Process(ctx, c.reply) // it is only noted here
}
