// Package audience takes the rooms that are left out away from those that get it.
//
// The mistake: people are left out, and not rooms. Somebody in a room that gets it can be in one that does not as well.
// The test says: the bot is in go and in bots and heard [pause], want nothing
package audience

import (
	"context"
	"errors"
	"slices"

	emitter "example.com/redis-chat/06-emitter"
)

// ErrNobody is what Announce returns when there is no room to announce anything in.
var ErrNobody = errors.New("announce: no room is given")

// Announce emits text as event "message" to each client that is in one of rooms, or in several of them, and in none of
// except. Each of them hears it once. except can also hold ids of connections. The error is ErrNobody, or Emit's.
func Announce(ctx context.Context, e *emitter.Emitter, rooms, except []string, text string) (emitter.Receipt, error) {
	if len(rooms) == 0 {
		return emitter.Receipt{}, ErrNobody
	}
	rooms = slices.DeleteFunc(slices.Clone(rooms), func(room string) bool { return slices.Contains(except, room) })
	if len(rooms) == 0 {
		return emitter.Receipt{}, ErrNobody
	}
	return e.To(rooms...).Emit(ctx, "message", text)
}
