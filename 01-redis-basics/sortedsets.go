package basics

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// tourSortedSets: members in the order of a number.
func tourSortedSets(ctx context.Context, t *Tour) error {
	c, active, seen := t.shown, t.Key("active"), t.Key("seen")

	t.Say("The most active people: each message adds one to its sender's score, and the order is kept.")
	if err := t.Predict(ctx, "alice writes once, bob twice, carol five times. Which rank does ZREVRANK say that alice has?"); err != nil {
		return err
	}
	if err := failed(
		c.ZIncrBy(ctx, active, 1, "alice"),
		c.ZIncrBy(ctx, active, 1, "bob"),
		c.ZIncrBy(ctx, active, 1, "bob"),
		c.ZIncrBy(ctx, active, 5, "carol"),
		c.ZRevRangeWithScores(ctx, active, 0, 1),
		c.ZRevRank(ctx, active, "alice"),
	); err != nil {
		return err
	}

	t.Say("The score can be a time: who was seen in the last ten seconds (now is 1030)? The rest is removed.")
	return failed(
		c.ZAdd(ctx, seen, redis.Z{Score: 1000, Member: "alice"}, redis.Z{Score: 1025, Member: "bob"}),
		c.ZRangeArgs(ctx, redis.ZRangeArgs{Key: seen, Start: "1020", Stop: "+inf", ByScore: true}),
		c.ZRemRangeByScore(ctx, seen, "-inf", "(1020"),
		c.ZCard(ctx, seen),
	)
}
