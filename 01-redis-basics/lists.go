package basics

import "context"

// tourLists: the last messages of a room, and a queue.
func tourLists(ctx context.Context, t *Tour) error {
	c, recent, mails := t.shown, t.Key("recent:lobby"), t.Key("mails")

	t.Say("The last messages of a room: push on the left, cut on the right. The list never has more than three.")
	if err := t.Predict(ctx, "four messages are pushed. Which one is gone, and which one is first?"); err != nil {
		return err
	}
	for _, m := range []string{"alice: hi", "bob: hello", "alice: lunch?", "carol: yes!"} {
		if err := failed(c.LPush(ctx, recent, m), c.LTrim(ctx, recent, 0, 2)); err != nil {
			return err
		}
	}
	if err := failed(c.LRange(ctx, recent, 0, -1), c.LLen(ctx, recent)); err != nil {
		return err
	}

	t.Say("The same type is a queue: in on the left, out on the right. LMOVE keeps what is being worked on in a\n" +
		"second list, so that a worker that dies does not take it along.")
	working := t.Key("mails:working")
	return failed(
		c.LPush(ctx, mails, "to bob", "to carol"),
		c.LMove(ctx, mails, working, "RIGHT", "LEFT"),
		c.LRange(ctx, working, 0, -1),
		c.LRem(ctx, working, 1, "to bob"),
		c.LRange(ctx, mails, 0, -1),
	)
}
