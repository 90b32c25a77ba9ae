package chat

import "sync/atomic"

// Stats is what a hub has counted since it began, and what it is now.
type Stats struct {
	Connections int   // now
	Rooms       int   // now, with a local member
	Draining    bool  // now: it takes no new clients, see Drain
	Received    int64 // messages from clients
	Deliveries  int64 // messages handed to a client's queue
	Slow        int64 // clients closed with 1013
	Kicked      int64 // clients that an operator has asked to leave, see Kick
	Expired     int64 // clients closed because their token had expired, see Options.Admit
	Renewed     int64 // new tokens that were taken over an open connection
	NotRenewed  int64 // new tokens that were refused there
	Refused     int64 // connections that found no place, see Options.MaxConns
	Hasty       int64 // connections refused because too many came a second, see SharedRates
	RateLimited int64 // frames dropped for their rate
	Oversize    int64 // events dropped because one alone would pass a queue's limit
}

// Stats may be called at any time.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	s := Stats{Connections: len(h.all), Rooms: h.occupied, Draining: h.draining}
	h.mu.Unlock()
	s.Received, s.Deliveries = h.stats.received.Load(), h.stats.deliveries.Load()
	s.Slow, s.Kicked, s.RateLimited = h.stats.slow.Load(), h.stats.kicked.Load(), h.stats.limited.Load()
	s.Expired, s.Renewed, s.NotRenewed = h.stats.expired.Load(), h.stats.renewed.Load(), h.stats.notRenewed.Load()
	s.Oversize, s.Refused, s.Hasty = h.stats.oversize.Load(), h.stats.refused.Load(), h.stats.hasty.Load()
	return s
}

// Sockets is how many sockets the hub has now: those of its connections, of clients that are about to
// become one, and of those that are about to close.
func (h *Hub) Sockets() int {
	h.capacity.mu.Lock()
	defer h.capacity.mu.Unlock()
	return h.capacity.taken
}

// MaxConnsPerIP is what Options say.
func (h *Hub) MaxConnsPerIP() int { return h.o.MaxConnsPerIP }

// counters count since the start.
type counters struct {
	received, deliveries, slow, kicked, limited, oversize, refused, hasty atomic.Int64
	expired, renewed, notRenewed                                          atomic.Int64
}
