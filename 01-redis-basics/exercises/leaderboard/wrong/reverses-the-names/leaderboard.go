// Package leaderboard reads a sorted set from its end.
//
// The mistake: the set is in the order of names where scores are the same, and read from its end it is in the order
// from z to a.
// The test says: want those with the same points in the order of their names
package leaderboard

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Entry is one line of the leaderboard.
type Entry struct {
	Place  int    // 1 is the best; the same points share a place, and the next places are left out: 1, 1, 3
	Name   string // of the person
	Points int
}

// Add gives a person points, 1 or more, and returns all that the person has now. The leaderboard is a sorted set, and
// key is its name. Any number of callers may add at the same time: no point is lost.
func Add(ctx context.Context, db *redis.Client, key, name string, points int) (total int, err error) {
	score, err := db.ZIncrBy(ctx, key, float64(points), name).Result()
	if err != nil {
		return 0, fmt.Errorf("give %s %d points: %w", name, points, err)
	}
	return int(score), nil
}

// Top returns the n people with the most points, the best first, and people with the same points in the order of their
// names (as bytes). n is 1 or more. Where there are fewer people, it returns fewer entries.
func Top(ctx context.Context, db *redis.Client, key string, n int) ([]Entry, error) {
	lines, err := db.ZRevRangeWithScores(ctx, key, 0, int64(n-1)).Result()
	if err != nil {
		return nil, fmt.Errorf("read the leaderboard: %w", err)
	}
	entries := make([]Entry, len(lines))
	for i, line := range lines {
		entries[i] = Entry{Place: i + 1, Name: line.Member.(string), Points: int(line.Score)}
		if i > 0 && entries[i].Points == entries[i-1].Points {
			entries[i].Place = entries[i-1].Place
		}
	}
	return entries, nil
}
