package relay

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// command is one PUBLISH of a batch. Its memory is the publisher's and serves
// batch after batch: go-redis' own Publish allocates the list of arguments anew
// each time, and twice more to put a string and bytes into it.
type command struct {
	channel, payload argument
	args             [3]any
	reply            *redis.IntCmd
}

// argument is bytes that go-redis asks for when it writes. A pointer to them fits
// into an interface as it is, where the bytes themselves would need memory.
type argument []byte

// MarshalBinary implements encoding.BinaryMarshaler.
func (a *argument) MarshalBinary() ([]byte, error) { return *a, nil }

// queue puts the command into a pipeline. It must stay where it is until the
// pipeline has been sent.
func (c *command) queue(ctx context.Context, pipe redis.Pipeliner) {
	c.args = [3]any{"publish", &c.channel, &c.payload}
	c.reply = redis.NewIntCmd(ctx, c.args[:]...)
	_ = pipe.Process(ctx, c.reply) // it is only noted here
}
