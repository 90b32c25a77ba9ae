package chat

import (
	"fmt"
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"example.com/redis-chat/04-websocket-chat/ban"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// Client is a connection, as an operator sees it.
type Client struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Rooms    []string  `json:"rooms"`
	Address  string    `json:"address"` // host and port; behind a proxy that tells the host alone, the port is 0
	Since    time.Time `json:"since"`
	Queue    int       `json:"queue"`    // bytes that wait for it
	Messages int64     `json:"messages"` // that it has sent
}

// Clients are those that are connected when it is called, and still are when their turn comes. However long the caller takes for
// each, the hub's lock is held for one at a time.
func (h *Hub) Clients() iter.Seq[Client] {
	return func(yield func(Client) bool) {
		for _, c := range h.everybody() {
			rooms, here := h.roomsOf(c)
			if here && !yield(Client{c.id, c.name, rooms, c.addr, c.since, c.out.waiting(), c.sent.Load()}) {
				return
			}
		}
	}
}

func (h *Hub) everybody() []*Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.all)
}

func (h *Hub) roomsOf(c *Conn) (names []string, here bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range c.rooms {
		names = append(names, r.name)
	}
	return names, !c.gone
}

// Kick says who must leave: the client of that ID, or all of that Name, or all from an Address; with more than one of
// these, those for whom all are true.
type Kick struct {
	ID, Name string
	Address  netip.Prefix // see Address
	Reason   string       // for whoever is kicked: at most frame.MaxKickReason bytes; may be empty
	For      time.Duration
}

// Kick closes these clients with frame.CodeKicked, and until the time is over it refuses whoever has that name and that address; for an ID, its
// name at its address. It returns how many clients were closed. It waits for none of them: what waits for them
// is dropped, and whoever reads nothing loses the socket within Options.CloseTimeout.
func (h *Hub) Kick(k Kick) (kicked int, err error) {
	until := time.Now().Add(k.For)
	if k.ID == "" { // before the search: who comes meanwhile is refused, and who has come is found
		if err := h.bans.Add(ban.Ban{Name: k.Name, Address: k.Address, Reason: k.Reason, Until: until}); err != nil {
			return 0, err
		}
	}
	reason := frame.CloseKicked(k.For, k.Reason)
	for _, c := range h.everybody() {
		from := Address(c.addr)
		if k.ID != "" && k.ID != c.id || k.Name != "" && k.Name != c.name || k.Address.IsValid() && k.Address != from {
			continue
		}
		if k.ID != "" {
			if err := h.bans.Add(ban.Ban{Name: c.name, Address: from, Reason: k.Reason, Until: until}); err != nil {
				return kicked, err
			}
		}
		if c.kick(reason) {
			kicked++
		}
	}
	return kicked, nil
}

// kick closes the connection, and reports whether it was not closing anyway.
func (c *Conn) kick(reason frame.CloseReason) bool {
	start, kicked := c.out.expel(reason)
	if !kicked {
		return false
	}
	// A writer may hang in a write to a client that takes nothing.
	_ = c.ws.NetConn().SetWriteDeadline(time.Now().Add(c.hub.o.CloseTimeout))
	c.hub.stats.kicked.Add(1)
	c.hub.log.Info("asked to leave", c.logAttrs(), "why", reason.Text)
	c.hub.remove(c) // at once: it hears nothing more, and is in nobody's list
	if start {
		go c.writer()
	}
	return true
}

// banned is the answer to somebody who was asked to leave, and has come back too soon, and how long that is yet; its status is 0 for others.
func (h *Hub) banned(name, addr string) (no refusal, left time.Duration) {
	b, banned := h.bans.Find(name, Address(addr))
	if !banned {
		return no, 0
	}
	sentence := "you were asked to leave"
	if b.Reason != "" {
		sentence += ": " + b.Reason
	}
	left = time.Until(b.Until)
	sentence = fmt.Sprintf("%s; come back in %s", sentence, frame.Wait(left))
	return refusal{http.StatusTooManyRequests, RefusedBanned, sentence}, left
}

// retryAfter is a time in the header of that name. A client that is told more than an hour does not believe it: whoever has to stay away for
// longer is told again.
func retryAfter(left time.Duration) string {
	return strconv.Itoa(max(1, int(min(left, time.Hour).Round(time.Second)/time.Second)))
}
