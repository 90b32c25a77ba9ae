// Package typing lets the timer run from the first key.
//
// The mistake: 5 seconds after the first key it is over for the room, while alice is still typing.
// The test says: alice presses keys at 0s, 4s and 8s: told was "0s alice true, 4s alice true, 5s alice false
package typing

import (
	"encoding/json"
	"sync"
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

	mu      sync.Mutex
	typists map[string]*typist // by the id of their connection, until they are silent
}

// typist is somebody who has pressed a key not long ago.
type typist struct {
	name, room string
	typing     bool      // the room believes so
	told       time.Time // when it was told last that they are typing
	silence    *time.Timer
}

// New makes an Indicator. deliver hands an event to a room, as Hub.Deliver does; it does not call the Indicator.
func New(deliver func(chat.Event)) *Indicator {
	return &Indicator{deliver: deliver, typists: map[string]*typist{}}
}

// Key notes that somebody has pressed a key: name, by the connection of this id, in a room. The room is told at the first
// key, and, while keys follow, again after Pause, never sooner; and when there was no key for Silence, that it is over. The
// event is from name, for the room, and not for the connection itself (chat.Event.Except). A connection types in one room
// at a time.
func (i *Indicator) Key(id, name, room string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := time.Now()
	p := i.typists[id]
	if p == nil {
		p = &typist{name: name, room: room}
		p.silence = time.AfterFunc(Silence, func() { i.silent(id, p) })
		i.typists[id] = p
	}
	if now.Sub(p.told) >= Pause {
		p.told, p.typing = now, true
		i.tell(id, p)
	}
}

// Said notes that the connection of this id has sent what it was typing. The message itself tells the room, so there is no
// event, now or later, until another key is pressed. Pause counts on.
func (i *Indicator) Said(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if p := i.typists[id]; p != nil {
		p.typing = false // and told stays, or whoever sends many short lines would be told of before each
	}
}

// silent is called by the timer.
func (i *Indicator) silent(id string, p *typist) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.typists, id)
	if p.typing {
		p.typing = false
		i.tell(id, p)
	}
}

// tell is called with the lock, or "true" could overtake "false".
func (i *Indicator) tell(id string, p *typist) {
	data, _ := json.Marshal(p.typing) // a bool always can be JSON
	i.deliver(chat.Event{Name: Event, Data: data, Rooms: []string{p.room}, Except: []string{id}, From: p.name})
}
