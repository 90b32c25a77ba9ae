// Package audience announces something to the right people.
package audience

import (
	"context"
	"errors"

	emitter "example.com/redis-chat/06-emitter"
)

// ErrNobody is what Announce returns when there is no room to announce anything in.
var ErrNobody = errors.New("announce: no room is given")

// Announce emits text as event "message" to each client that is in one of rooms, or in several of them, and in none of
// except. Each of them hears it once. except can also hold ids of connections. The error is ErrNobody, or Emit's.
func Announce(ctx context.Context, e *emitter.Emitter, rooms, except []string, text string) (emitter.Receipt, error) {
	//exercise:stub
	// return emitter.Receipt{}, errors.New("Announce is not written yet")
	//exercise:solution
	// An Emitter without rooms is for everybody. A list of rooms that has become empty means nobody.
	if len(rooms) == 0 {
		return emitter.Receipt{}, ErrNobody
	}
	// One event: each node looks at all rooms at once, and so it can see that somebody is in two of them.
	return e.To(rooms...).Except(except...).Emit(ctx, "message", text)
	//exercise:end
}
