package chat

import (
	"context"
	"slices"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Drain ends the hub. It takes no new clients. Each client gets what waits for it,
// then 1001. This is spread over the grace period, so that the clients do not all
// connect to the other nodes at once. Drain returns when the last is gone, and at
// the latest when the grace period or ctx ends; clients that are left are cut off.
func (h *Hub) Drain(ctx context.Context, grace time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
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
	case <-ctx.Done():
		for _, c := range conns {
			_ = c.ws.Close() // the reader ends by it, and removes the connection
		}
		<-empty
	}
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
