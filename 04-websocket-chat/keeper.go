package chat

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Keeper is a Relay that keeps what it has carried, for clients that come back: each
// event that it hands to Deliver has a Place. The relay of chapter 05 keeps nothing; the one of
// labs/no-message-lost does.
type Keeper interface {
	Relay
	// CheckPlace says what is wrong with a place that a client names.
	CheckPlace(place string) error
	// Since returns the next events behind a place, in order, up to the place last, or to
	// the end when last is "". It waits until what is delivered here has come to that
	// place: another node may have been ahead.
	Since(ctx context.Context, place, last string) (Kept, error)
	// Before returns the place behind which a room has its last so many messages.
	Before(ctx context.Context, room string, messages int) (place string, err error)
	// Once is for how long a message is known by its Key: when it comes again in that time, at any node, it is not
	// delivered again. 0: it is not known.
	Once() time.Duration
}

// Kept is a part of what a Keeper keeps.
type Kept struct {
	Events []Event
	End    string // the place that the part ends at
	More   bool   // another part follows
	// Gone is how many events behind the place are kept no longer; below zero: some are,
	// and nobody knows how many.
	Gone int64
	// Heard is how many of the messages that are kept no longer whoever comes from the place has heard, as the place tells: see Lost.
	Heard uint64
	// Lost are all that are known to be lost, when the place lies behind them and so tells nothing of them. Then it counts what the client
	// had heard when its connection before ended, if that was to this hub. Zero: the place tells all there is to tell.
	Lost Lost
}

// Begin tells the hub which place its relay begins behind.
func (h *Hub) Begin(place string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.place = cmp.Or(h.place, place)
}

const (
	mostWas     = 8                // connections before that it names
	mostHistory = 1000             // messages that a new client can ask for
	catchUpTime = 30 * time.Second // for one part to be read: the relay may have to come to its place first
)

// readPlace reads what the URL says of a client's last connection. Where nothing is
// kept it says nothing.
func (h *Hub) readPlace(who *wish, query url.Values) error {
	keeper, ok := h.relay.(Keeper)
	if !ok {
		return nil
	}
	if text := query.Get("history"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return errors.New("history is how many messages of the room you want to have: give a number, as in history=50")
		}
		who.history = min(n, mostHistory)
	}
	if place := query.Get("after"); place != "" {
		who.after, who.was = strings.Clone(place), strings.SplitN(strings.Clone(query.Get("was")), ",", mostWas)
		who.also = query["also"]
		return keeper.CheckPlace(place)
	}
	return nil
}

// chooseRooms leaves out of the rooms that a client was in those that it cannot be in any more. What was wrong with
// them it is told when it joins them, as it would any room.
func (h *Hub) chooseRooms(who *wish) {
	rooms := []string{who.room}
	for _, name := range who.also {
		if len(rooms) < h.o.MaxRooms && frame.ValidRoom(name) && who.permit.covers(name) && !slices.Contains(rooms, name) {
			rooms = append(rooms, strings.Clone(name))
		}
	}
	who.also = rooms[1:]
}

// returns reports whether the client gets something before what is new.
func (n *wish) returns() bool { return n.after != "" || n.history > 0 }

// catchUp is the writer of a connection that is owed something, and runs instead of
// its reader until all of that is written. It goes from part to part of what is
// kept, as fast as the client reads. At the end of that the client has its seat: what is
// delivered from then on waits in its queue, and what lies between is the last part.
func (c *Conn) catchUp(who wish) {
	c.out.mu.Lock()
	c.out.writing = true // nobody else starts a writer
	c.out.mu.Unlock()
	if !c.hub.awaits(c) {
		c.turnAway(frame.CloseGoingAway)
		c.hub.capacity.release(c.from)
		return
	}
	c.hub.chooseRooms(&who)
	returned := &returning{Conn: c, who: who, keeper: c.hub.relay.(Keeper)}
	why, err := returned.run()
	c.hub.hasCome(c)
	if err != nil {
		if errors.Is(err, errTooSlow) {
			why = frame.CloseTooSlow
			c.hub.stats.slow.Add(1)
		}
		c.hub.log.Debug("catching up ended", "id", c.id, "why", err)
		if !c.seat { // it has none
			c.hub.mu.Lock()
			c.hub.remember(c)
			c.hub.mu.Unlock()
			c.turnAway(why)
			c.hub.capacity.release(c.from)
			return
		}
		c.out.expel(why) // what waits lies behind a gap: a client that has got it comes back behind that
	}
	go c.write()
	c.begin()
}

// returning is one catchUp under way.
type returning struct {
	*Conn
	who      wish
	keeper   Keeper
	place    string // that the client has come to
	placed   bool   // what its first place tells is noted
	messages int
	gone     int64
	wire     []byte
	text     []byte
}

func (r *returning) run() (frame.CloseReason, error) {
	if err := r.begin(); err != nil {
		return frame.CloseNotKept, err
	}
	if err := r.write(r.welcome(r.place)); err != nil {
		return frame.CloseNotKept, err
	}
	for more := true; more; {
		if r.hub.leaving() {
			return frame.CloseGoingAway, errLeaving // it goes on at another node, from the place that it has come to
		}
		var err error
		if more, err = r.part(""); err != nil {
			return frame.CloseNotKept, err
		}
	}
	_, last, err := r.hub.seat(r.Conn, &r.who, false)
	if err != nil {
		return frame.CloseGoingAway, err
	}
	for more := last != ""; more; {
		if more, err = r.part(last); err != nil {
			return frame.CloseNotKept, err
		}
	}
	r.hub.count(r.Conn)
	told := frame.CaughtUp{Messages: r.messages}
	if r.gone >= 0 {
		told.Gone = &r.gone
	}
	return frame.CloseNotKept, r.write(frame.Encode(frame.EventCaughtUp, "", told, nil))
}

// write waits as long as a writer does for a client that takes nothing. No queue of its runs over: it has none yet.
func (r *returning) write(frames []byte) error {
	err := r.writeOnce(frames)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errTooSlow
	}
	return err
}

var errTooSlow = errors.New("it does not read what it missed")

// begin finds the place that is to be gone on from.
func (r *returning) begin() (err error) {
	if r.place = r.who.after; r.place == "" {
		ctx, cancel := context.WithTimeout(context.Background(), catchUpTime)
		defer cancel()
		r.place, err = r.keeper.Before(ctx, r.home, r.who.history)
	}
	return err
}

// part writes the next part, and reports whether there is another.
func (r *returning) part(last string) (more bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), catchUpTime)
	defer cancel()
	kept, err := r.keeper.Since(ctx, r.place, last)
	if err != nil {
		return false, err
	}
	if r.who.after == "" {
		// A new client has missed nothing.
	} else if kept.Gone < 0 || r.gone < 0 {
		r.gone = -1
	} else {
		r.gone += kept.Gone
	}
	if !r.placed { // the place is the client's own: the end of a part tells nothing
		r.placed = true
		r.hub.resume(r.Conn, kept, r.who.was)
	}
	r.place, r.wire = kept.End, r.wire[:0]
	for i := range kept.Events {
		if e := &kept.Events[i]; r.isFor(e) {
			r.wire, r.text = e.appendFrame(r.wire, r.text)
			r.messages++
		}
	}
	if len(r.wire) == 0 {
		return kept.More, nil
	}
	return kept.More, r.write(r.wire)
}

// isFor reports whether the client would have got an event, in the rooms that it was in.
// Its own it has: it was left out of those by the id of the connection that sent them.
func (r *returning) isFor(e *Event) bool {
	if e.Lost.Nth > 0 && r.hasHeard(e.Lost) {
		return false
	}
	isIn := func(name string) bool { return name == r.home || slices.Contains(r.who.also, name) }
	if len(e.Rooms) > 0 && !slices.ContainsFunc(e.Rooms, isIn) {
		return false
	}
	return !slices.ContainsFunc(e.Except, func(name string) bool {
		return isIn(name) || name == r.id || slices.Contains(r.who.was, name)
	})
}
