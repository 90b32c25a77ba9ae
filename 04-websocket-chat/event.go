package chat

import (
	"encoding/json"
	"sync"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Event is a message between nodes: what one client, or an emitter, sends and
// the hubs of all nodes deliver.
type Event struct {
	Name   string          // 1–64 bytes
	Data   json.RawMessage // any JSON; nil: none
	Binary []byte          // the payload when Name is "binary": delivered as a binary frame
	Rooms  []string        // to whom; none: everybody. A connection's id is the room of that connection alone
	Except []string        // rooms, or ids of connections, that do not get it
	From   string          // "": not sent by a client
	At     time.Time       // zero: not known
	Sent   *Sent           // its sender, who waits for news of it; nil when no client of this node sent it
	Place  string          // its place in the one order, where the relay keeps what it carries (Keeper); "": it does not
	Key    string          // its sender's name for it, by which a Keeper knows it when it is sent again; "": it has none
	Again  bool            // the sender has sent it before, and does not know what became of it
	Repeat bool            // it was delivered before: no client gets it, and its sender is told "$placed"
	Lost   Lost            // who has heard it already: see there; zero: nobody
}

// Relay carries the events of a hub's clients to the hubs of all nodes, the
// sender's own included: each hands them to its Hub.Deliver, and all in one
// order. A Hub without one is its own.
type Relay interface {
	// Publish takes an event and returns at once. Later it tells event.Sent what
	// became of it. An error says why this event can never be carried, in words
	// for its sender; the code is frame.CodeBadFrame, unless the error is a
	// *frame.Problem with another, as for a name that is reserved among the nodes.
	Publish(Event) error
}

// loopback is the relay of a hub that is alone: an event that leaves comes back at once.
type loopback struct{ hub *Hub }

func (l loopback) Publish(e Event) error {
	e.Sent.Accepted()
	l.hub.Deliver([]Event{e})
	return nil
}

// Sent follows one message of a client of this node. Its methods may be called
// from any goroutine; each thing is told once.
type Sent struct {
	conn *Conn
	id   *int64 // nil: the sender asked for no acknowledgement

	mu      sync.Mutex // held while the frame is queued: "$ack" stays before "$placed"
	settled bool       // accepted or failed
}

// Accepted tells the sender that the message was taken: "$ack".
func (s *Sent) Accepted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled {
		return
	}
	s.settled = true
	if s.id != nil {
		s.conn.send(frame.Encode(frame.EventAck, "", nil, s.id))
	}
}

// Failed tells the sender that the message was not confirmed: "$error" with
// the code "unavailable". It reports false, and tells nothing, when the sender has
// its answer already.
func (s *Sent) Failed(text string) (told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled {
		return false
	}
	s.settled = true
	s.conn.send(errorFrame(frame.Problemf(frame.CodeUnavailable, "%s", text), s.id))
	return true
}

// placed queues "$placed", with the place if there is one, and returns whether the queue's writer must be
// started. An event that came back was accepted, even when the confirmation is
// late: so the "$ack" that is due goes first.
func (s *Sent) placed(place string) (start bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id == nil {
		s.settled = true
		return false
	}
	if !s.settled {
		s.settled = true
		start = s.conn.put(frame.Encode(frame.EventAck, "", nil, s.id))
	}
	return s.conn.put(frame.EncodeAnswer(frame.EventPlaced, place, s.id)) || start
}

func errorFrame(p *frame.Problem, id *int64) []byte { return frame.Encode(frame.EventError, "", p, id) }

// appendFrame appends the event as one WebSocket frame: the bytes that every
// receiver gets, made once. A repeated one has none.
func (e *Event) appendFrame(dst, scratch []byte) (wire, text []byte) {
	if e.Repeat {
		return dst, scratch
	}
	if e.Name == frame.EventBinary && e.Binary != nil {
		if e.Place != "" { // bytes have no key for it: it goes ahead of them
			dst = append(dst, frame.EncodePlace(e.Place)...)
		}
		return frame.Append(dst, frame.OpBinary, e.Binary), scratch
	}
	text = append(scratch[:0], `{"event":`...)
	text = frame.AppendString(text, e.Name)
	if len(e.Data) > 0 {
		text = append(text, `,"data":`...)
		text = append(text, e.Data...)
	}
	if len(e.Rooms) == 1 {
		text = append(text, `,"room":`...)
		text = frame.AppendString(text, e.Rooms[0])
	}
	if e.From != "" {
		text = append(text, `,"from":`...)
		text = frame.AppendString(text, e.From)
	}
	if !e.At.IsZero() {
		text = append(text, `,"at":"`...)
		text = e.At.UTC().AppendFormat(text, "2006-01-02T15:04:05.000Z")
		text = append(text, '"')
	}
	if e.Place != "" {
		text = append(text, `,"place":`...)
		text = frame.AppendString(text, e.Place)
	}
	text = append(text, '}')
	return frame.Append(dst, frame.OpText, text), text
}
