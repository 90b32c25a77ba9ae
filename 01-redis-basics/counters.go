package basics

import "context"

// tourCounters: the server adds, so that nobody has to read first.
func tourCounters(ctx context.Context, t *Tour) error {
	c, unread := t.shown, t.Key("unread:alice")

	t.Say("Each message to alice counts one up. A counter need not be created: it begins at 0.")
	if err := failed(c.Incr(ctx, unread), c.Incr(ctx, unread), c.IncrBy(ctx, unread, 5), c.Decr(ctx, unread)); err != nil {
		return err
	}

	if err := t.Predict(ctx, "alice has read, and GETDEL has answered. What does GET say now: 0, or nothing?"); err != nil {
		return err
	}
	t.Say("A counter is a string of digits. Alice reads: GETDEL returns the number and removes it, in one step.")
	if err := failed(c.Get(ctx, unread), c.GetDel(ctx, unread), c.Get(ctx, unread)); err != nil {
		return err
	}

	t.Say("A value that is no number cannot be counted: an error, and the value stays.")
	topic := t.Key("topic:lobby")
	if err := failed(c.Set(ctx, topic, "welcome", 0)); err != nil {
		return err
	}
	if err := refused(c.Incr(ctx, topic)); err != nil {
		return err
	}
	return failed(c.Get(ctx, topic))
}
