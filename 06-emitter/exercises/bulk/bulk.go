// Package bulk emits many announcements quickly, and says how far they have come.
package bulk

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// MostInFlight is how many announcements may be on their way to the master without an answer. What others send meanwhile waits
// behind them, and their answers fill memory on both sides.
const MostInFlight = 100

// Receipt says how far a bulk has come.
type Receipt struct {
	Published int // announcements that the master has taken
	Replicas  int // that have processed all of those
}

// Send publishes payloads on a channel of client's server, a master, in their order, and then asks once how many replicas have
// all of them: until all replicas have, or limit is over; a millisecond or more. client sends nothing twice (MaxRetries -1).
// After an error Receipt.Published is what the master has answered to, and nothing is known of the replicas.
func Send(ctx context.Context, client *redis.Client, channel string, payloads []string, replicas int, limit time.Duration) (Receipt, error) {
	return Receipt{}, errors.New("Send is not written yet")
}
