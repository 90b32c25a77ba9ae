package basics

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// tourStrings: a session is a string that expires by itself.
func tourStrings(ctx context.Context, t *Tour) error {
	c, session, topic := t.shown, t.Key("session:alice"), t.Key("topic:lobby")

	t.Say("Which node is alice connected to? A string knows; in 30 seconds it forgets by itself.")
	if err := failed(
		c.Set(ctx, session, "node 3000", 30*time.Second),
		c.Get(ctx, session),
		c.TTL(ctx, session),
		c.Get(ctx, t.Key("session:bob")),
	); err != nil {
		return err
	}

	t.Say("A name is taken once: NX writes only what is not there yet.")
	if err := t.Predict(ctx, "two people want the name carol. What does the second SET … NX answer, and who has the name?"); err != nil {
		return err
	}
	name := t.Key("name:carol")
	if err := failed(c.SetNX(ctx, name, "first", 0), c.SetNX(ctx, name, "second", 0), c.Get(ctx, name)); err != nil {
		return err
	}

	t.Say("GETSET writes the new value and returns the old one in one step: nobody can come between.\n" +
		"Since Redis 6.2 it is written SET … GET.")
	if err := failed(
		c.Set(ctx, topic, "welcome", 0),
		c.Do(ctx, "getset", topic, "release day"), // c.GetSet is marked as deprecated
		c.SetArgs(ctx, topic, "party", redis.SetArgs{Get: true}),
		c.Get(ctx, topic),
	); err != nil {
		return err
	}

	t.Say("Expiry is in milliseconds where that matters (PX). We wait 100 ms and look again.")
	typing := t.Key("typing:alice")
	if err := failed(c.Set(ctx, typing, "1", 50*time.Millisecond), c.Exists(ctx, typing)); err != nil {
		return err
	}
	if err := pause(ctx, 100*time.Millisecond); err != nil {
		return err
	}
	return failed(c.Exists(ctx, typing))
}
