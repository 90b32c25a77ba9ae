package chat

import (
	"context"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Chooser is a Relay that brings only what rooms of this node's clients need: it is told of each client that enters a
// room, and leaves it. The relay of chapter 05 brings everything; the one of labs/scale-out chooses.
type Chooser interface {
	Relay
	// Enter is called before a client is in a room, on a goroutine that may wait. It returns when what is published for
	// that room from now on comes here, or why it does not.
	Enter(ctx context.Context, room string) error
	// Leave is called behind each Enter without an error, when the client is in the room no longer.
	Leave(room string)
}

// enterTime is how long a client waits for a room to be brought here.
const enterTime = 5 * time.Second

// LogNotBrought is logged, at level warn, when a client is turned away for that; room: which; why: the Chooser's reason.
const LogNotBrought = "a room's messages do not come here: a client is turned away"

// chooser is the hub's relay, if it is one. A Keeper has to have everything anyway.
func (h *Hub) chooser() Chooser {
	if _, keeps := h.relay.(Keeper); keeps {
		return nil
	}
	chooser, _ := h.relay.(Chooser)
	return chooser
}

// bring has a room's messages brought here before a client enters it.
func (h *Hub) bring(room string) error {
	chooser := h.chooser()
	if chooser == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), enterTime)
	defer cancel()
	return chooser.Enter(ctx, room)
}

// release says that a client which a room was brought for is not in it any more.
func (h *Hub) release(room string) {
	if chooser := h.chooser(); chooser != nil {
		chooser.Leave(room)
	}
}

// join is called by the connection's reader alone. It queues the answer, if there is an id, and returns whether the
// queue's writer must be started. The answer says behind which place the room's messages begin.
func (h *Hub) join(c *Conn, name string, id *int64) (start bool, problem *frame.Problem) {
	isNew := c.in(name) == nil
	if isNew {
		if problem := h.mayJoin(c, name); problem != nil {
			return false, problem
		}
		if err := h.bring(name); err != nil {
			return false, frame.Problemf(frame.CodeUnavailable, "room %q cannot be joined at the moment: %v", name, err)
		}
	}
	start, here := h.stepIn(c, name, isNew, id)
	if !here && isNew {
		h.release(name)
	}
	return start, nil
}

// stepIn reports false when the connection has ended meanwhile.
func (h *Hub) stepIn(c *Conn, name string, isNew bool, id *int64) (start, here bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.gone {
		return false, false
	}
	if isNew {
		h.enter(c, name)
	}
	if id != nil {
		start = c.put(frame.EncodeAnswer(frame.EventAck, h.place, id)) // under the lock: all up to the place is queued before it
	}
	if isNew {
		start = h.tellParts(c, name) || start
	}
	return start, true
}

func (h *Hub) mayJoin(c *Conn, name string) *frame.Problem {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case c.term != nil && !c.term.permit.covers(name):
		return c.term.permit.shut(name)
	case len(c.rooms) >= h.o.MaxRooms:
		return frame.Problemf(frame.CodeForbidden, "you are in %d rooms, the most that one connection may be in; leave one first", len(c.rooms))
	}
	return nil
}
