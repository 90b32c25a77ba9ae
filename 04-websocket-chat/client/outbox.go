package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Outbox holds what a client says until a node has taken it: while there is no connection, and when one ends in between.
// Like Last it is the client's to keep, from one Dial to the next. The zero value works. It is for one goroutine.
//
//	out.Add(frame.Frame{Event: frame.EventMessage, Data: data})
//	unsure := out.Begin(c.Welcome())
//	for f := out.Next(); f != nil; … {
//		c.Send(ctx, *f)
//		m, err := c.Receive(ctx)
//		answered, problem := out.Note(m)
//	}
//
// One message is under way at a time: so their order stays, also when a node drops one of them for its rate. One that may
// have been taken by a node that is gone is sent again only where the nodes know it by its key (frame.Welcome.Once).
type Outbox struct {
	Limit int // messages that it holds at most; default 100

	waiting  []*outgoing
	once     time.Duration // for how long the node knows a key; 0: it does not
	ids      int64
	underWay bool // the first is
}

// outgoing is a message that no node has answered.
type outgoing struct {
	frame.Frame
	first time.Time // when it was first sent; zero: it was not
}

// ErrFull is what Add returns when the outbox holds as many messages as it may.
var ErrFull = errors.New("so many messages wait already")

// Add takes a message, and gives it an id and a key.
func (o *Outbox) Add(f frame.Frame) error {
	if o.Full() {
		return fmt.Errorf("take a message: %d wait for a node: %w", len(o.waiting), ErrFull)
	}
	o.ids++
	id := o.ids
	f.ID, f.Key, f.Again = &id, frame.NewID(), false
	o.waiting = append(o.waiting, &outgoing{Frame: f})
	return nil
}

// Len is how many messages wait for a node's answer.
func (o *Outbox) Len() int { return len(o.waiting) }

// Full reports whether it holds as many as it may.
func (o *Outbox) Full() bool {
	limit := o.Limit
	if limit == 0 {
		limit = 100
	}
	return len(o.waiting) >= limit
}

// First is the message that has waited longest; nil: none waits.
func (o *Outbox) First() *frame.Frame {
	if len(o.waiting) == 0 {
		return nil
	}
	return &o.waiting[0].Frame
}

// UnderWay reports whether the first message is with a node, which has not answered yet.
func (o *Outbox) UnderWay() bool { return o.underWay }

// Next is the message to send now; nil: none waits, or one is under way.
func (o *Outbox) Next() *frame.Frame {
	if o.underWay || len(o.waiting) == 0 {
		return nil
	}
	next := o.waiting[0]
	if o.underWay = true; next.first.IsZero() {
		next.first = time.Now()
	}
	return &next.Frame
}

// Lost notes that the connection has ended. The message that was under way may have been taken. Where the node would not know
// it when it comes again, that stays open: it is given up, and returned.
func (o *Outbox) Lost() (unsure *frame.Frame) {
	if !o.underWay {
		return nil
	}
	o.underWay, o.waiting[0].Again = false, true
	return o.giveUpUnknown()
}

// Begin notes a new connection, and so the end of the one before. It gives up, and returns, a message that may have been
// taken, when this node would not know it: as it does not at all, or any more.
func (o *Outbox) Begin(w frame.Welcome) (unsure *frame.Frame) {
	o.once = time.Duration(w.Once) * time.Second
	if o.underWay {
		return o.Lost()
	}
	return o.giveUpUnknown()
}

// repeatShare of the time that a node knows a key is what a client uses: its message was added later than it was sent.
const repeatShare = 0.8

func (o *Outbox) giveUpUnknown() *frame.Frame {
	if len(o.waiting) == 0 || !o.waiting[0].Again {
		return nil
	}
	if within := time.Duration(repeatShare * float64(o.once)); time.Since(o.waiting[0].first) < within {
		return nil
	}
	return o.pop()
}

// Note takes in what a node says. It returns the message that this answers, if it does: it is taken, or the problem says why
// not. After frame.CodeRateLimited it stays the first: the node has dropped it, and takes it a moment later.
func (o *Outbox) Note(m Message) (answered *frame.Frame, problem *frame.Problem) {
	if !o.underWay || m.ID == nil || *m.ID != *o.waiting[0].ID {
		return nil, nil
	}
	switch m.Event {
	case frame.EventAck:
		return o.pop(), nil
	case frame.EventError:
		problem = new(frame.Problem)
		_ = json.Unmarshal(m.Data, problem) // on an error the code stays empty
		if problem.Code != frame.CodeRateLimited {
			return o.pop(), problem
		}
		o.underWay = false
		return &o.waiting[0].Frame, problem
	}
	return nil, nil
}

func (o *Outbox) pop() *frame.Frame {
	first := o.waiting[0]
	o.waiting, o.underWay = slices.Delete(o.waiting, 0, 1), false
	return &first.Frame
}
