package chat

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Drain ends the hub. It takes no new clients. Each client gets what waits for it,
// then 1001. This is spread over the grace period, so that the clients do not all
// connect to the other nodes at once. Drain returns when the last is gone, and at
// the latest when the grace period or ctx ends; clients that are left are cut off. Those that catch up have no
// seat yet: they get 1001 behind the part that is under way, and go on elsewhere from where they are.
func (h *Hub) Drain(ctx context.Context, grace time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	defer h.cutOff()
	h.mu.Lock()
	h.draining = true
	conns := slices.Clone(h.all)
	if h.empty == nil {
		h.empty = make(chan struct{})
	}
	empty := h.empty
	if len(conns) == 0 {
		close(empty)
		h.empty = nil
	}
	h.mu.Unlock()
	if len(conns) > 0 {
		h.log.Info("going away", "clients", len(conns), "grace", grace)
		h.sayGoodbye(ctx, conns, grace)
	}
	select {
	case <-empty:
		select {
		case <-h.allHaveCome():
		case <-ctx.Done():
		}
	case <-ctx.Done():
		for _, c := range conns {
			_ = c.ws.Close() // the reader ends by it, and removes the connection
		}
		<-empty
	}
}

// errLeaving is why nobody is let in any more.
var errLeaving = errors.New(frame.CloseGoingAway.Text)

// awaits notes a client that catches up, unless the hub ends.
func (h *Hub) awaits(c *Conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.draining {
		put(&h.returning, c, true)
	}
	return !h.draining
}

// hasCome notes that it has caught up, or given up.
func (h *Hub) hasCome(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.returning, c)
	if h.come != nil && len(h.returning) == 0 {
		close(h.come)
		h.come = nil
	}
}

// allHaveCome is closed when nobody catches up any more. Drain asks for it once, and lets nobody begin.
func (h *Hub) allHaveCome() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	come := make(chan struct{})
	if len(h.returning) == 0 {
		close(come)
	} else {
		h.come = come
	}
	return come
}

// cutOff ends the connections of clients that still catch up: they know how far they have come.
func (h *Hub) cutOff() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.returning {
		_ = c.ws.Close()
	}
}

func (h *Hub) leaving() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.draining
}

// goodbyeShare is the part of the grace period over which clients are closed;
// the rest is for the last of them to answer.
const goodbyeShare = 0.8

func (h *Hub) sayGoodbye(ctx context.Context, conns []*Conn, grace time.Duration) {
	pause := time.Duration(goodbyeShare * float64(grace) / float64(len(conns)))
	tick := time.NewTicker(max(pause, time.Microsecond))
	defer tick.Stop()
	for i, c := range conns {
		if i > 0 {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
		c.close(frame.CloseGoingAway)
	}
}
