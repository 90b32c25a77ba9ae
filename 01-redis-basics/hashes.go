package basics

import "context"

// tourHashes: a profile whose fields are read and changed one by one.
func tourHashes(ctx context.Context, t *Tour) error {
	c, user := t.shown, t.Key("user:alice")

	t.Say("A profile is a hash: fields under one key. HSET returns how many fields are new.")
	if err := t.Predict(ctx, "the second HSET changes a city that is there already. What does it return?"); err != nil {
		return err
	}
	if err := failed(
		c.HSet(ctx, user, "name", "Alice", "city", "Kyoto", "messages", 0),
		c.HSet(ctx, user, "city", "Osaka"),
		c.HGet(ctx, user, "city"),
		c.HMGet(ctx, user, "name", "city", "phone"),
	); err != nil {
		return err
	}

	t.Say("A field can be a counter, too; the rest of the profile is not touched, nor sent.")
	return failed(
		c.HIncrBy(ctx, user, "messages", 1),
		c.HDel(ctx, user, "city"),
		c.HGetAll(ctx, user),
	)
}
