package basics

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// tourTransactions: all commands without anybody between, but no way back.
func tourTransactions(ctx context.Context, t *Tour) error {
	c, topic, messages, last := t.shown, t.Key("topic"), t.Key("messages"), t.Key("last")

	t.Say("The commands between MULTI and EXEC run as a whole: nobody comes between. Here the second of three\n" +
		"commands fails: a topic cannot be counted.")
	if err := t.Predict(ctx, "how many of the three have happened after EXEC?"); err != nil {
		return err
	}
	if err := failed(c.Set(ctx, topic, "welcome", 0)); err != nil {
		return err
	}
	var fails *redis.IntCmd
	_, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Incr(ctx, messages)
		fails = p.Incr(ctx, topic)
		p.Set(ctx, last, "alice: hi", 0)
		return nil
	})
	if err := errors.Join(notFromServer(err), refused(fails)); err != nil {
		return err
	}
	if err := failed(c.Get(ctx, messages), c.Get(ctx, topic), c.Get(ctx, last)); err != nil {
		return err
	}
	t.Say("Both have happened. Redis does not roll back: the error is in the reply of EXEC, and it is the\n" +
		"program that must look there.")

	t.Say("Only a command that Redis cannot even queue (here SET without a value) makes EXEC refuse the whole:")
	_, err = c.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Incr(ctx, messages)
		p.Do(ctx, "set", topic)
		return nil
	})
	if err == nil || notFromServer(err) != nil {
		return fmt.Errorf("a transaction with a broken command was not refused: %w", errors.Join(err))
	}
	return failed(c.Get(ctx, messages))
}

// notFromServer keeps an error unless the server answered with it.
func notFromServer(err error) error {
	var fromServer redis.Error
	if errors.As(err, &fromServer) && !strings.HasPrefix(err.Error(), "redis:") {
		return nil
	}
	return err
}
