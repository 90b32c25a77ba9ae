// Package typing tells a room who is typing.
package typing

import (
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
)

// The times of an Indicator.
const (
	Pause   = 3 * time.Second // at least so long between two events that say that somebody is typing
	Silence = 5 * time.Second // after the last key: then somebody is typing no more
)

// Event is the name of the events. Their data is true, somebody is typing, or false, not any more.
const Event = "typing"

// Indicator notes who is typing, and tells it. Its methods may be called from any goroutine.
type Indicator struct {
	deliver func(chat.Event)
}

// New makes an Indicator. deliver hands an event to a room, as Hub.Deliver does; it does not call the Indicator.
func New(deliver func(chat.Event)) *Indicator {
	return &Indicator{deliver: deliver}
}

// Key notes that somebody has pressed a key: name, by the connection of this id, in a room. The room is told at the first
// key, and, while keys follow, again after Pause, never sooner; and when there was no key for Silence, that it is over. The
// event is from name, for the room, and not for the connection itself (chat.Event.Except). A connection types in one room
// at a time.
func (i *Indicator) Key(id, name, room string) {
}

// Said notes that the connection of this id has sent what it was typing. The message itself tells the room, so there is no
// event, now or later, until another key is pressed. Pause counts on.
func (i *Indicator) Said(id string) {
}
