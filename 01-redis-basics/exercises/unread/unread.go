// Package unread counts what each person has not read yet, room by room.
package unread

import (
	"context"
	"fmt"

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
	return fmt.Errorf("Deliver is not written yet")
}

// Unread returns how many messages person has not read in each of rooms, in the order of rooms: 0 where there was none.
// No rooms is no error. It is one command, and brings only what was asked for.
func (c Counters) Unread(ctx context.Context, person string, rooms []string) ([]int, error) {
	return nil, fmt.Errorf("Unread is not written yet")
}
