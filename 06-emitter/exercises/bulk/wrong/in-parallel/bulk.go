// Package bulk sends its batches at the same time.
//
// The mistake: each batch takes a connection of its own, and the master gets them in any order. WAIT speaks of one of them.
// The test says: PUBLISH went over 10 connections: want one, as two could swap two announcements
package bulk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
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
	var mu sync.Mutex
	var failed error
	var sending, ready sync.WaitGroup
	for batch := range slices.Chunk(payloads, MostInFlight) {
		ready.Add(1)
		sending.Go(func() {
			conn := client.Conn()
			defer conn.Close()
			_ = conn.Ping(ctx) // opens it
			ready.Done()
			ready.Wait()
			commands, err := conn.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, payload := range batch {
					p.Publish(ctx, channel, payload)
				}
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			for _, c := range commands {
				if c.Err() == nil {
					receipt.Published++
				}
			}
			failed = errors.Join(failed, err)
		})
	}
	sending.Wait()
	if failed != nil {
		return receipt, fmt.Errorf("publish: %w", failed)
	}
	n, err := conn.Wait(ctx, replicas, limit).Result() // for all of them: the stream has one order
	if err != nil {
		return receipt, fmt.Errorf("ask how many replicas have it: %w", err)
	}
	receipt.Replicas = int(n)
	return receipt, nil
}
