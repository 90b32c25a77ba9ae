package basics

import "context"

// tourSets: members without order and without doubles.
func tourSets(ctx context.Context, t *Tour) error {
	c, lobby, gophers := t.shown, t.Key("room:lobby"), t.Key("room:go")

	t.Say("Who is in a room? A set has each member once. SADD returns how many are new.")
	if err := t.Predict(ctx, "alice enters twice. What do the two SADD return, and how many members does SCARD count?"); err != nil {
		return err
	}
	if err := failed(
		c.SAdd(ctx, lobby, "alice", "bob", "carol"),
		c.SAdd(ctx, lobby, "alice"),
		c.SCard(ctx, lobby),
		c.SIsMember(ctx, lobby, "bob"),
		c.SRem(ctx, lobby, "bob"),
		c.SIsMember(ctx, lobby, "bob"),
	); err != nil {
		return err
	}

	t.Say("Who is in both rooms, and who in the lobby only? The server compares.")
	return failed(
		c.SAdd(ctx, gophers, "carol", "dave"),
		c.SInter(ctx, lobby, gophers),
		c.SDiff(ctx, lobby, gophers),
	)
}
