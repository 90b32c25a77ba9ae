// Package transfer subtracts, looks at the rest, and gives back what was too much.
//
// The mistake: each command is atomic, but others see an account below 0, and a program that dies between has lost points.
// The test says: between two steps of Transfer others see
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
	rest, err := db.DecrBy(ctx, from, int64(points)).Result()
	if err == nil && rest < 0 {
		if err = db.IncrBy(ctx, from, int64(points)).Err(); err == nil {
			return ErrTooFew
		}
	}
	if err == nil {
		err = db.IncrBy(ctx, to, int64(points)).Err()
	}
	if err != nil {
		return fmt.Errorf("transfer %d points from %s to %s: %w", points, from, to, err)
	}
	return nil
}
