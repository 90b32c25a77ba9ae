// Package bulk sends everything in one pipeline.
//
// The mistake: what others send over this way waits behind all of it, and the answers pile up in memory until the last
// command is sent.
// The test says: announcements were on their way without an answer: want at most 100
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
	for batch := range slices.Chunk(payloads, len(payloads)) {
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
