package basics

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
)

// This many goroutines count at once in the sections atomicity and watch.
const workers = 8

// tourAtomicity: between a GET and a SET somebody else comes; within an INCR
// nobody does.
func tourAtomicity(ctx context.Context, t *Tour) error {
	const each = 250
	c, byHand, byServer := t.shown, t.Key("count:get-set"), t.Key("count:incr")

	t.Say("Two nodes count a message. Both read, both add one, both write: one of the two is lost.")
	if err := failed(
		c.Set(ctx, byHand, 10, 0),
		c.Get(ctx, byHand), // node A
		c.Get(ctx, byHand), // node B
		c.Set(ctx, byHand, 11, 0),
		c.Set(ctx, byHand, 11, 0),
		c.Get(ctx, byHand),
	); err != nil {
		return err
	}

	t.Say("The same with %d goroutines, %d times each, first with GET and SET, then with INCR: %d updates each.", workers, each, workers*each)
	if err := t.Predict(ctx, "how many updates are lost in each way?"); err != nil {
		return err
	}
	if err := failed(c.Del(ctx, byHand)); err != nil {
		return err
	}
	if err := together(ctx, each, func(ctx context.Context) error { return addByHand(ctx, t.quiet, byHand) }); err != nil {
		return err
	}
	if err := together(ctx, each, func(ctx context.Context) error { return t.quiet.Incr(ctx, byServer).Err() }); err != nil {
		return err
	}
	got, counted := c.Get(ctx, byHand), c.Get(ctx, byServer)
	if err := failed(got, counted); err != nil {
		return err
	}
	left, _ := got.Int()
	right, _ := counted.Int()
	t.Say("GET and SET: %d of %d updates lost. INCR: %d lost. A server runs one command at a time; between two\n"+
		"commands anybody may come.", workers*each-left, workers*each, workers*each-right)
	return nil
}

// addByHand is what INCR replaces.
func addByHand(ctx context.Context, c *redis.Client, key string) error {
	n, err := c.Get(ctx, key).Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	return c.Set(ctx, key, n+1, 0).Err()
}

// together has every worker call add so many times, and waits for all of them.
func together(ctx context.Context, each int, add func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error {
			for range each {
				if err := add(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
