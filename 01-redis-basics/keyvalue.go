package basics

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// people is how many profiles the section keyvalue writes; one in a hundred
// lives in Kyoto.
const people = 5000

// tourKeyValue: one question asked by key, by a scan, and by an index that we
// keep ourselves; then what a key costs.
func tourKeyValue(ctx context.Context, t *Tour) error {
	t.Say("A key-value store finds a value by its key, in one round trip, however much it holds. It has\n"+
		"no tables, no JOIN and no WHERE. We write %d profiles and ask three questions.", people)
	if err := writePeople(ctx, t); err != nil {
		return err
	}
	if err := t.Predict(ctx, "how many commands does each take? The name of one user; who lives in Kyoto, by a search; the same, by a set that we kept."); err != nil {
		return err
	}
	if err := askThreeWays(ctx, t); err != nil {
		return err
	}
	if err := staleIndex(ctx, t); err != nil {
		return err
	}
	t.Say("Everything lives in memory. This profile holds about 30 bytes of data; it takes so many:")
	if err := failed(t.shown.HGetAll(ctx, t.Key("user:1")), t.shown.MemoryUsage(ctx, t.Key("user:1"))); err != nil {
		return err
	}
	return fillMemory(ctx, t)
}

func writePeople(ctx context.Context, t *Tour) error {
	for from := 0; from < people; from += 1000 {
		if _, err := t.quiet.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i := from; i < from+1000; i++ {
				user, city := fmt.Sprintf("user:%d", i), fmt.Sprintf("city-%d", i%100)
				if i%100 == 0 {
					city = "Kyoto"
				}
				p.HSet(ctx, t.Key(user), "name", fmt.Sprintf("name-%d", i), "city", city)
				p.SAdd(ctx, t.Key("city:"+city), t.Key(user))
			}
			return nil
		}); err != nil {
			return fmt.Errorf("write %d profiles: %w", people, err)
		}
	}
	return nil
}

// askThreeWays prints what each way to an answer costs.
func askThreeWays(ctx context.Context, t *Tour) error {
	t.printf("%-46s %7s %9s %12s %10s\n", "question", "found", "commands", "round trips", "time")
	for _, q := range []struct {
		text string
		ask  func(context.Context, *Tour) (found, commands int, err error)
	}{
		{"the name of user 4711 (HGET)", byKey},
		{"who lives in Kyoto? (SCAN, and each HGET)", byScan},
		{"who lives in Kyoto? (our own set as an index)", byIndex},
	} {
		before, start := t.trips.RoundTrips(), time.Now()
		found, commands, err := q.ask(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: %w", q.text, err)
		}
		t.printf("%-46s %7d %9d %12d %10v\n", q.text, found, commands, t.trips.RoundTrips()-before, time.Since(start).Round(10*time.Microsecond))
	}
	return nil
}

func byKey(ctx context.Context, t *Tour) (found, commands int, err error) {
	return 1, 1, t.quiet.HGet(ctx, t.Key("user:4711"), "name").Err()
}

// byScan has to read every profile, because no index knows who lives where.
func byScan(ctx context.Context, t *Tour) (found, commands int, err error) {
	for cursor := uint64(0); ; {
		var keys []string
		keys, cursor, err = t.quiet.Scan(ctx, cursor, t.prefix+"user:*", 1000).Result()
		if err != nil {
			return found, commands, err
		}
		cities, err := fields(ctx, t, keys, "city")
		if err != nil {
			return found, commands, err
		}
		commands += 1 + len(keys)
		for _, city := range cities {
			if city == "Kyoto" {
				found++
			}
		}
		if cursor == 0 {
			return found, commands, nil
		}
	}
}

// byIndex asks the set that writePeople kept beside the profiles.
func byIndex(ctx context.Context, t *Tour) (found, commands int, err error) {
	keys, err := t.quiet.SMembers(ctx, t.Key("city:Kyoto")).Result()
	if err != nil {
		return 0, 1, err
	}
	names, err := fields(ctx, t, keys, "name")
	return len(names), 1 + len(keys), err
}

// fields is one field of many hashes, in one round trip.
func fields(ctx context.Context, t *Tour, keys []string, field string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	values := make([]*redis.StringCmd, len(keys))
	_, err := t.quiet.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			values[i] = p.HGet(ctx, key, field)
		}
		return nil
	})
	texts := make([]string, len(keys))
	for i, v := range values {
		texts[i] = v.Val()
	}
	return texts, err
}

// staleIndex: nothing keeps two keys in step but the program.
func staleIndex(ctx context.Context, t *Tour) error {
	c, gone, index := t.shown, t.Key("user:100"), t.Key("city:Kyoto")
	t.Say("The index is ours to keep. Remove a profile, and the index still has it:")
	return failed(
		c.Del(ctx, gone),
		c.SIsMember(ctx, index, gone),
		c.HGet(ctx, gone, "name"),
	)
}
