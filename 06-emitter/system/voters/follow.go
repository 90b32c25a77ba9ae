package voters

import (
	"cmp"
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Options say whom to follow. Addr and the functions are needed. The functions are called on Follow's goroutine.
type Options struct {
	Addr string        // host:port of the Sentinel
	Name string        // of the master; default "mymaster"
	Poll time.Duration // how often it is asked when nothing happens; default 500ms

	Said   func(Says)  // an answer
	Failed func(error) // no answer
	Told   func(Event) // an event, in the order in which they happened
}

// answerTime is when a Sentinel that does not answer is taken for silent.
const answerTime = time.Second

// mostEvents is how many events may wait: a failover has about thirty.
const mostEvents = 200

// Follow asks one Sentinel, at once when it tells of an event, until ctx ends. What happens while it cannot be reached is not
// told.
func Follow(ctx context.Context, o Options) {
	o.Name, o.Poll = cmp.Or(o.Name, "mymaster"), cmp.Or(o.Poll, 500*time.Millisecond)
	client := redis.NewSentinelClient(dial.Once(redis.Options{
		Addr: o.Addr, Protocol: 2, DialTimeout: answerTime, ReadTimeout: answerTime, WriteTimeout: answerTime,
	}))
	defer client.Close()
	events := client.PSubscribe(ctx, "*")
	defer events.Close()
	happens := events.Channel(redis.WithChannelSize(mostEvents))
	poll := time.NewTicker(o.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		attempt, cancel := context.WithTimeout(ctx, answerTime)
		says, err := ask(attempt, client, o.Name)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			o.Failed(err)
		default:
			o.Said(says)
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case m := <-happens:
			for ; m != nil; m = waiting(happens) {
				o.Told(Event{Name: m.Channel, Text: m.Payload})
			}
		}
	}
}

// waiting takes an event that is there already, or nil.
func waiting(happens <-chan *redis.Message) *redis.Message {
	select {
	case m := <-happens:
		return m
	default:
		return nil
	}
}
