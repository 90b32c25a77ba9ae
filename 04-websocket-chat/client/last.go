package client

import (
	"slices"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Last is how far a client has come. It is the client's to keep, as only the client knows which
// messages it has handled: it gives each to Note, and the whole to its next Dial.
//
//	last.Begin(c.Welcome())
//	for … {
//		m, err := c.Receive(ctx)
//		last.Note(m)
//	}
type Last struct {
	Place string   // of the last message; "": none that is kept has come
	IDs   []string // of the connections whose own messages are behind that place: these are not missed
	Rooms []string // that the client was in, besides that of its URL: it is in them again, and gets what it missed there, too
}

// mostIDs is how many are kept: so often a client may be cut off while it catches up.
const mostIDs = 8

// Begin notes a new connection.
func (l *Last) Begin(w frame.Welcome) {
	if l.Place == "" {
		l.Place = w.Place
	}
	l.IDs = append(l.IDs, w.ID)
	l.IDs = slices.Clone(l.IDs[max(0, len(l.IDs)-mostIDs):])
}

// Join notes that the client is in one more room: when its "join" is answered. At a node that keeps nothing it has to join
// again after each Dial; at one that does, that does no harm.
func (l *Last) Join(room string) {
	if !slices.Contains(l.Rooms, room) {
		l.Rooms = append(slices.Clone(l.Rooms), room)
	}
}

// Leave notes that it has left a room.
func (l *Last) Leave(room string) {
	l.Rooms = slices.DeleteFunc(slices.Clone(l.Rooms), func(other string) bool { return other == room })
}

// Note notes a message that was handled.
func (l *Last) Note(m Message) {
	if m.Place != "" {
		l.Place = m.Place
	}
	if m.Event == frame.EventCaughtUp && len(l.IDs) > 1 {
		l.IDs = l.IDs[len(l.IDs)-1:]
	}
}
