package chat

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"example.com/redis-chat/04-websocket-chat/ban"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/nowait"
	"example.com/redis-chat/04-websocket-chat/presence"
)

// Hub knows who is connected and who is in which room. It is the handler of
// /ws. Its clients' messages leave through its Relay, which hands those that come
// back to Deliver.
type Hub struct {
	o        Options
	relay    Relay
	log      *slog.Logger
	debug    bool // asked once: a log call costs even when nothing is logged
	upgrader websocket.Upgrader
	stats    counters
	refused  map[Refused]*refusals // each reason is there, from the start
	capacity capacity
	messages *rate.Limiter // of all clients; nil: no limit
	over     overs
	bans     ban.List
	pings    *pings

	oversizeLog rate.Sometimes

	mu         sync.Mutex       // guards what follows; never held while a socket is written
	present    sync.RWMutex     // held with mu for each change of conns, of rooms, and of a room's members: see Occupied
	conns      map[string]*Conn // by id
	former     map[string]*Conn // by the id of a connection before: who has come back, and need not hear what that one said
	all        []*Conn
	rooms      map[string]*room
	occupied   int                // rooms with a client of this node
	abroad     map[string]*abroad // by other node: its clients
	visit      uint64             // of Deliver: counts the walks over several rooms
	degraded   string             // why messages may be missed; "": they are not
	delay      time.Duration      // how late messages come, when that is the reason
	recoveries uint64             // how often that has ended
	draining   bool
	returning  map[*Conn]bool // those that catch up, and have no seat yet
	come       chan struct{}  // made by Drain, closed when there are no more of them
	changes    PresenceUpdate // of our clients, until the relay takes them
	changed    int            // bytes of them
	parts      []*Part        // that relays have beside each other; none: there is one relay for all
	place      string         // of the last event that was delivered; "": none yet, or the relay keeps nothing
	seats      atomic.Uint64  // how many clients have been let in so far; changed under mu
	parted     parted         // clients that have gone, where a relay keeps what it carries
	walk       *presence.Walk // through the list of our clients, while the relay tells it; else nil
	empty      chan struct{}  // made by Drain, closed when the last connection is gone
}

// NewHub makes a hub that runs until its connections end; see Drain.
func NewHub(o Options) (*Hub, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Hub{
		o: o, relay: o.Relay, log: o.Log,
		debug: o.Log.Enabled(context.Background(), slog.LevelDebug),
		conns: map[string]*Conn{}, rooms: map[string]*room{},
		refused:     newRefusals(),
		oversizeLog: rate.Sometimes{Interval: time.Second},
	}
	h.capacity, h.messages, h.over = newCapacity(&h.o), h.o.messages(h.o.Shared.PerNode), newOvers(&h.o)
	h.upgrader = websocket.Upgrader{
		HandshakeTimeout: 5 * time.Second,
		// Small, and the write buffer borrowed: an idle connection then costs
		// 5.1 KiB instead of 13. 128 bytes hold a frame as people write them, and no less is
		// possible; of a longer one the rest is read past the buffer.
		ReadBufferSize:  128,
		WriteBufferSize: 512,
		WriteBufferPool: &sync.Pool{},
		CheckOrigin:     func(*http.Request) bool { return true }, // ServeHTTP has checked it, with a sentence
		Error:           h.refuseUpgrade,
		Subprotocols:    []string{Protocol},
	}
	h.pings = newPings(h.o.PingInterval)
	if h.relay == nil {
		h.relay = loopback{h}
	}
	return h, nil
}

// admit makes a connection of an upgraded socket: welcome first, then its room. Whoever is owed
// something gets that before: see catchUp.
func (h *Hub) admit(ws WebSocket, from *source, w wish) (*Conn, error) {
	c := &Conn{hub: h, ws: ws, from: from, addr: w.addr, id: w.id, name: w.name, home: w.room, self: []string{w.id}, since: time.Now(), hearing: hearing{number: noSeat}}
	c.writer = c.write
	c.raw = nowait.Raw(ws.NetConn())
	c.out.limit = h.o.MaxQueueBytes
	ws.SetCloseHandler(c.answerClose)
	ws.SetPingHandler(c.answerPing)
	ws.SetPongHandler(c.pongHandler())
	c.alive()
	if w.returns() {
		return c, nil
	}
	start, _, err := h.seat(c, &w, true)
	if start {
		c.writeNow()
	}
	if b, late := h.bans.Find(w.name, Address(w.addr)); late && err == nil { // a kick has come since it was checked, and may not have seen it
		c.kick(frame.CloseKicked(time.Until(b.Until), b.Reason))
	}
	return c, err
}

func (c *Conn) welcome(place string) []byte {
	w := frame.Welcome{ID: c.id, Name: c.name, Room: c.home, Node: c.hub.o.Node, Place: place}
	if keeper, ok := c.hub.relay.(Keeper); ok {
		w.Once = int(keeper.Once().Seconds())
	}
	return frame.Encode(frame.EventWelcome, "", w, nil)
}

// seat lets a connection in, behind a place in the order: all that is delivered later
// goes to it, too. It reports whether it is to be written to.
func (h *Hub) seat(c *Conn, w *wish, welcome bool) (start bool, place string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return false, "", errLeaving
	}
	if welcome {
		start = c.put(c.welcome(h.place))
	}
	if h.degraded != "" {
		c.put(degradedFrame(h.degraded, h.delay)) // start is told once
	}
	c.at, c.seated = len(h.all), h.recoveries
	if !w.returns() {
		c.number = h.seats.Add(1)
	}
	h.all = append(h.all, c)
	h.present.Lock()
	h.conns[c.id] = c
	h.present.Unlock()
	for _, id := range w.was {
		put(&h.former, id, c)
	}
	c.was = w.was
	h.enter(c, c.home)
	for _, name := range w.also {
		h.enter(c, name)
	}
	for _, r := range c.rooms {
		start = h.tellParts(c, r.name) || start
	}
	c.seat = true
	h.pings.add(c)
	if w.permit != nil {
		c.admitUntil(w.permit)
	}
	return start, h.place, nil
}

// remove takes a connection out of everything; a second call does nothing.
func (h *Hub) remove(c *Conn) {
	if rooms, left := h.unseat(c); left {
		for _, name := range rooms {
			h.release(name)
		}
		h.log.Info(LogDisconnected, c.logAttrs()) // unlocked: writing to a log may be slow, too
	}
}

func (h *Hub) unseat(c *Conn) (rooms []string, left bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.gone {
		return nil, false
	}
	c.gone = true
	h.leaveParts(c)
	for _, r := range c.rooms {
		rooms = append(rooms, r.name)
		h.exit(c, r)
	}
	h.present.Lock()
	delete(h.conns, c.id)
	h.present.Unlock()
	h.remember(c)
	for _, id := range c.was {
		if h.former[id] == c {
			delete(h.former, id)
		}
	}
	last := len(h.all) - 1
	h.all[c.at] = h.all[last]
	h.all[c.at].at = c.at
	h.all[last] = nil
	h.all = h.all[:last]
	if h.empty != nil && last == 0 {
		close(h.empty)
		h.empty = nil
	}
	return rooms, true
}

// leave is called by the connection's reader alone.
func (h *Hub) leave(c *Conn, name string) *frame.Problem {
	r := c.in(name)
	if r == nil {
		return frame.Problemf(frame.CodeNotInRoom, "you are not in room %q", name)
	}
	if h.stepOut(c, r) {
		h.release(name)
	}
	return nil
}

// stepOut reports whether the connection was in the room until now.
func (h *Hub) stepOut(c *Conn, r *room) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !c.gone {
		h.exit(c, r)
	}
	c.rooms = slices.DeleteFunc(c.rooms, func(other *room) bool { return other == r })
	return !c.gone
}

func (h *Hub) enter(c *Conn, name string) {
	r := h.room(name)
	h.present.Lock()
	r.add(c)
	h.present.Unlock()
	if len(r.members) == 1 {
		h.occupied++
		if h.walk != nil {
			h.walk.Add(name)
		}
	}
	c.rooms = append(c.rooms, r)
	h.noteChange(r, c.name, +1)
	h.record(name, c.name, true)
}

func (h *Hub) exit(c *Conn, r *room) {
	h.present.Lock()
	r.drop(c)
	h.present.Unlock()
	if len(r.members) == 0 {
		h.occupied--
	}
	h.noteChange(r, c.name, -1)
	h.record(r.name, c.name, false)
	h.forgetEmpty(r)
}
