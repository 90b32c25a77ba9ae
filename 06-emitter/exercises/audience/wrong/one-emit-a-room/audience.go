// Package audience emits the announcement once for each room.
//
// The mistake: those are several events. Whoever is in two of the rooms hears two of them.
// The test says: alice is in both rooms and heard [pause, pause], want [pause], once
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
	if len(rooms) == 0 {
		return emitter.Receipt{}, ErrNobody
	}
	var last emitter.Receipt
	for _, room := range rooms {
		var err error
		if last, err = e.To(room).Except(except...).Emit(ctx, "message", text); err != nil {
			return last, err
		}
	}
	return last, nil
}
