// Package rename writes first, and takes it back when EXEC's answer holds an error.
//
// The mistake: RENAME over a name that is taken is no error, and what it has replaced cannot be taken back.
// The test says: and after Rename of lobby to go somebody has lost a room
package rename

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Errors of Rename. After either of them nothing has changed.
var (
	ErrNoRoom = errors.New("there is no such room")
	ErrTaken  = errors.New("this name is taken")
)

// Rooms are the rooms of a chat: a set of their names, and for each room a set of its members. A set without members is
// no key: a room that everybody has left is still in the set of names.
type Rooms struct {
	DB     *redis.Client
	Prefix string // begins the names of all keys
}

// Names is the key of the set of names.
func (r Rooms) Names() string { return r.Prefix + "rooms" }

// Members is the key of the set of a room's members.
func (r Rooms) Members(room string) string { return r.Prefix + "members:" + room }

// Rename gives room another name. Its members stay in it. The error is ErrNoRoom when there is no such room, and ErrTaken
// when there is a room of that name already. Others may open, enter, leave and rename rooms at the same time.
func (r Rooms) Rename(ctx context.Context, room, name string) error {
	var removed *redis.IntCmd
	_, err := r.DB.TxPipelined(ctx, func(p redis.Pipeliner) error {
		removed = p.SRem(ctx, r.Names(), room)
		p.SAdd(ctx, r.Names(), name)
		p.Rename(ctx, r.Members(room), r.Members(name))
		return nil
	})
	if err == nil || removed.Val() == 1 { // an empty room is no error
		return nil
	}
	if undo := r.DB.SRem(ctx, r.Names(), name).Err(); undo != nil {
		return fmt.Errorf("rename %s to %s: %w", room, name, undo)
	}
	return fmt.Errorf("rename %s to %s: %w", room, name, errors.Join(ErrNoRoom, err))
}
