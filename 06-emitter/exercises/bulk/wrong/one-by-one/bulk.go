// Package bulk waits for each answer before it sends the next announcement.
//
// The mistake: over a network where a round trip takes 1 ms, a thousand of them take a second, in which nothing happens.
// The test says: round trips: want at most 12
package bulk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// MostInFlight is how many announcements may be on their way to the master without an answer. What others send meanwhile waits
// behind them, and their answers fill memory on both sides.
const MostInFlight = 100

// Receipt says how far a bulk has come.
type Receipt struct {
	Published int // announcements that the master has taken
	Replicas  int // that have processed all of those
}

// Send publishes payloads on a channel of client's server, a master, in their order, and then asks once how many replicas have
// all of them: until all replicas have, or limit is over; a millisecond or more. client sends nothing twice (MaxRetries -1).
// After an error Receipt.Published is what the master has answered to, and nothing is known of the replicas.
func Send(ctx context.Context, client *redis.Client, channel string, payloads []string, replicas int, limit time.Duration) (Receipt, error) {
	if len(payloads) == 0 {
		return Receipt{}, errors.New("nothing to publish")
	}
	var receipt Receipt
	conn := client.Conn() // one, for the order, and because WAIT speaks of its own connection
	defer conn.Close()
	for batch := range slices.Chunk(payloads, 1) {
		commands, err := conn.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, payload := range batch {
				p.Publish(ctx, channel, payload)
			}
			return nil
		})
		for _, c := range commands {
			if c.Err() == nil {
				receipt.Published++
			}
		}
		if err != nil {
			return receipt, fmt.Errorf("publish: %w", err)
		}
	}
	n, err := conn.Wait(ctx, replicas, limit).Result() // for all of them: the stream has one order
	if err != nil {
		return receipt, fmt.Errorf("ask how many replicas have it: %w", err)
	}
	receipt.Replicas = int(n)
	return receipt, nil
}
