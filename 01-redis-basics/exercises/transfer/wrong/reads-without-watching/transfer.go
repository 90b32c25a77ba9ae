// Package transfer reads, decides, and writes in a transaction.
//
// The mistake: MULTI and EXEC keep their own commands together, not the decision before them.
// The test says: alice had 10 points, and spent 8 of them right before Transfer took 7
package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Errors of Transfer. After either of them nothing has changed.
var (
	ErrTooFew = errors.New("there are too few points")
	ErrAmount = errors.New("the amount must be 1 or more")
)

// Transfer takes points from one account and gives them to another. An account is a key that holds a number, and no key
// is 0 points. The error is ErrTooFew when from has fewer, and ErrAmount when points is below 1.
//
// Any number of callers may transfer at the same time: at no moment is an account below 0, and at no moment is the sum
// of both another than before. Whoever comes between makes Transfer begin anew, and is no error.
func Transfer(ctx context.Context, db *redis.Client, from, to string, points int) error {
	if points < 1 { // else the sender would take
		return ErrAmount
	}
	has, err := db.Get(ctx, from).Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	if has < points {
		return ErrTooFew
	}
	_, err = db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.DecrBy(ctx, from, int64(points))
		p.IncrBy(ctx, to, int64(points))
		return nil
	})
	if err != nil {
		return fmt.Errorf("transfer %d points from %s to %s: %w", points, from, to, err)
	}
	return nil
}
