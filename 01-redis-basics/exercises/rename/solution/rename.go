// Package rename gives a chat room another name.
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
	//exercise:stub
	// // All of it happens, or nothing: MULTI and EXEC see to that.
	// _, err := r.DB.TxPipelined(ctx, func(p redis.Pipeliner) error {
	// 	p.SRem(ctx, r.Names(), room)
	// 	p.SAdd(ctx, r.Names(), name)
	// 	p.Rename(ctx, r.Members(room), r.Members(name)) // an error when there is no such room
	// 	return nil
	// })
	// if err != nil {
	// 	return fmt.Errorf("rename %s to %s: %w", room, name, errors.Join(ErrNoRoom, err))
	// }
	// return nil
	//exercise:solution
	// EXEC runs every command, whatever becomes of the others, and gives nothing back: so all that could make one of them
	// fail is looked at before, and watched. EXEC does nothing if it has changed since; then we look again.
	for {
		err := r.DB.Watch(ctx, func(tx *redis.Tx) error { return r.try(ctx, tx, room, name) }, r.Names(), r.Members(room))
		if errors.Is(err, redis.TxFailedErr) {
			continue
		}
		if err != nil {
			return fmt.Errorf("rename %s to %s: %w", room, name, err)
		}
		return nil
	}
	//exercise:end
}

//exercise:stub
//exercise:solution

// try renames a room, unless what tx watches changes meanwhile.
func (r Rooms) try(ctx context.Context, tx *redis.Tx, room, name string) error {
	there, err := tx.SIsMember(ctx, r.Names(), room).Result()
	if err != nil {
		return err
	}
	taken, err := tx.SIsMember(ctx, r.Names(), name).Result()
	if err != nil {
		return err
	}
	members, err := tx.Exists(ctx, r.Members(room)).Result()
	switch {
	case err != nil:
		return err
	case !there:
		return ErrNoRoom
	case taken:
		return ErrTaken
	}
	_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SRem(ctx, r.Names(), room)
		p.SAdd(ctx, r.Names(), name)
		if members > 0 { // RENAME fails without a key
			p.Rename(ctx, r.Members(room), r.Members(name))
		}
		return nil
	})
	return err
}

//exercise:end
