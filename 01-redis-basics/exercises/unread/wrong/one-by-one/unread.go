// Package unread sends one command after the other and waits for each answer.
//
// The mistake: a message to a thousand people waits a thousand times for the way there and back.
// The test says: Deliver to 1,000 people is to be 1 round trip
package unread

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Counters are the unread messages of all people in all rooms.
type Counters struct {
	DB     *redis.Client
	Prefix string // begins the names of all keys; how they go on is yours to choose
}

// Deliver counts one more unread message of room for each of the people. No people is no error. However many they are,
// it takes one round trip.
func (c Counters) Deliver(ctx context.Context, room string, people []string) error {
	for _, person := range people {
		if err := c.DB.HIncrBy(ctx, c.key(person), room, 1).Err(); err != nil {
			return fmt.Errorf("count a message in %s for %s: %w", room, person, err)
		}
	}
	return nil
}

// Unread returns how many messages person has not read in each of rooms, in the order of rooms: 0 where there was none.
// No rooms is no error. It is one command, and brings only what was asked for.
func (c Counters) Unread(ctx context.Context, person string, rooms []string) ([]int, error) {
	counts := make([]int, len(rooms))
	if len(rooms) == 0 { // Redis refuses an HMGET without fields
		return counts, nil
	}
	values, err := c.DB.HMGet(ctx, c.key(person), rooms...).Result()
	if err != nil {
		return nil, fmt.Errorf("read the counters of %s: %w", person, err)
	}
	for i, value := range values {
		text, counted := value.(string)
		if !counted { // nil: there was never a message
			continue
		}
		if counts[i], err = strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("the counter of %s in %s: %w", person, rooms[i], err)
		}
	}
	return counts, nil
}

// key is a hash with one field for each room. The person is in the key, so that all that one page shows is in one hash.
func (c Counters) key(person string) string { return c.Prefix + "unread:" + person }
