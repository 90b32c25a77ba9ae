package basics

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// tourWatch: a decision that depends on a value is right only while the value
// stays the same.
func tourWatch(ctx context.Context, t *Tour) error {
	t.Say("A room has two seats. To enter, people read who is there, decide, and write. WATCH makes EXEC do nothing\n" +
		"when the key has changed since; then they begin anew. Here bob comes between carol's GET and her EXEC:")
	if err := enterRoom(ctx, t); err != nil {
		return err
	}

	const each = 50
	key := t.Key("count:watch")
	t.Say("%d goroutines count to %d again, each update read and written under WATCH with a retry.", workers, workers*each)
	if err := t.Predict(ctx, "how many updates are lost, and how many tries does it take?"); err != nil {
		return err
	}
	var tries atomic.Int64
	if err := together(ctx, each, func(ctx context.Context) error {
		n, err := addWatched(ctx, t.quiet, key)
		tries.Add(int64(n))
		return err
	}); err != nil {
		return err
	}
	counted := t.shown.Get(ctx, key)
	if err := failed(counted); err != nil {
		return err
	}
	n, _ := counted.Int()
	t.Say("%d updates, %d lost, %d tries. Nothing is lost, but the losers of each race work twice: where one\n"+
		"command does it (INCR), it is the better way.", workers*each, workers*each-n, tries.Load())
	return nil
}

// enterRoom lets carol in unless the room is full; the first time she looks,
// bob takes the last seat but one behind her back.
func enterRoom(ctx context.Context, t *Tour) error {
	seats, tries := t.Key("seats"), 0
	if err := failed(t.shown.Set(ctx, seats, 2, 0)); err != nil {
		return err
	}
	for {
		tries++
		err := t.shown.Watch(ctx, func(tx *redis.Tx) error {
			free, err := tx.Get(ctx, seats).Int()
			if err != nil {
				return err
			}
			if free == 0 {
				return errors.New("the room is full")
			}
			if tries == 1 {
				if err := t.shown.Decr(ctx, seats).Err(); err != nil { // bob, on a connection of his own
					return err
				}
			}
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.Set(ctx, seats, free-1, 0)
				return nil
			})
			return err
		}, seats)
		if errors.Is(err, redis.TxFailedErr) {
			continue
		}
		if err != nil {
			return fmt.Errorf("enter the room: %w", err)
		}
		t.Say("Carol is in at her try %d, and no seat was given twice.", tries)
		return nil
	}
}

// addWatched adds one under WATCH and says how often it had to try. Each race
// has a winner, so everybody comes to an end.
func addWatched(ctx context.Context, c *redis.Client, key string) (tries int, err error) {
	for {
		tries++
		err := c.Watch(ctx, func(tx *redis.Tx) error {
			n, err := tx.Get(ctx, key).Int()
			if err != nil && !errors.Is(err, redis.Nil) {
				return err
			}
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.Set(ctx, key, n+1, 0)
				return nil
			})
			return err
		}, key)
		if !errors.Is(err, redis.TxFailedErr) {
			return tries, err
		}
	}
}
