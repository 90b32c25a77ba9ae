package talk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// After a node is gone Run waits this long before the next try, and twice as long each time it has tried all URLs.
const (
	firstRetry   = 200 * time.Millisecond
	longestRetry = 5 * time.Second
)

// connectFirst tries every URL once: whoever starts a program wants to know at once that nobody is there. A node that
// is full is there, and says when to come back.
func (t *talk) connectFirst(ctx context.Context) error {
	var failures []error
	for t.url = range t.o.URLs {
		err := t.connect(ctx)
		if err == nil || final(err) {
			return err
		}
		failures = append(failures, err)
		t.comeBack(err)
	}
	for i, err := range failures {
		if busy(err) > 0 {
			t.url = (i + len(failures) - 1) % len(failures) // tryNext goes on to the one that is full
			t.tryNext(err.Error())
			return nil
		}
	}
	if len(failures) == 1 {
		return advised(failures[0])
	}
	sentence := fmt.Sprintf("none of %d nodes lets us in", len(failures))
	for _, err := range failures {
		sentence += "; " + err.Error()
	}
	return errors.New(sentence)
}

// advised adds to a failure what to do about it. A node that refuses has already said so, and so has TLS.
func advised(err error) error {
	_, refused := errors.AsType[*client.RefusedError](err)
	if _, ofTLS := errors.AsType[*client.TLSError](err); ofTLS || refused || errors.Is(err, context.Canceled) {
		return err
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "dial" {
		return fmt.Errorf("%w; start a node there, or give another URL", err)
	}
	return fmt.Errorf("%w; is this the URL of a chat node?", err)
}

// dial is a later try. It returns an error only when trying again cannot help.
func (t *talk) dial(ctx context.Context) error {
	err := t.connect(ctx)
	if err == nil || final(err) || ctx.Err() != nil {
		return err
	}
	t.comeBack(err)
	t.tryNext(err.Error())
	return nil
}

// busy is the pause that a full node asks for, or one to which too many come at the moment; or 0.
func busy(err error) time.Duration {
	var refused *client.RefusedError
	if errors.As(err, &refused) && (refused.Status == http.StatusServiceUnavailable || refused.Status == http.StatusTooManyRequests) {
		return refused.RetryAfter
	}
	return 0
}

// comeBack notes when the node of the last try wants to be tried again.
func (t *talk) comeBack(err error) {
	if t.notBefore == nil {
		t.notBefore = make([]time.Time, len(t.o.URLs))
	}
	t.notBefore[t.url] = time.Now().Add(busy(err))
}

// stayAway leaves all nodes alone for so long: it was a person who has asked, and meant all of them.
func (t *talk) stayAway(wait time.Duration) {
	t.notBefore = make([]time.Time, len(t.o.URLs))
	for i := range t.notBefore {
		t.notBefore[i] = time.Now().Add(wait)
	}
}

func (t *talk) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
	defer cancel()
	o := client.DialOptions{Name: t.o.Name, Room: t.o.Room, Last: t.last, History: t.o.History, DialContext: t.o.dial}
	if t.o.Token != nil {
		var err error
		if o.Token, err = t.o.Token(); err != nil {
			return &noToken{err}
		}
	}
	c, err := client.Dial(ctx, t.o.URLs[t.url], o)
	if err != nil {
		return err
	}
	t.client, t.retry, t.heard, t.pinged, t.known = c, nil, true, false, known{isNew: t.last.Place == ""}
	w := c.Welcome()
	t.last.Begin(w)
	t.say("connected to node %s as %s in room %s", w.Node, w.Name, w.Room)
	t.unsure(t.out.Begin(w), "this node would not know it again")
	if t.o.JSON {
		_, err = fmt.Fprintln(t.o.Out, raw(c.WelcomeMessage()))
	}
	return err
}

// lost ends the connection and plans the next one, at the next URL.
func (t *talk) lost(err error) {
	why := err.Error()
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		why = fmt.Sprintf("the node closed the connection: %d %s", closed.Code, closed.Text)
		switch wait := frame.KickedFor(closed.Code, closed.Text); {
		case closed.Code == websocket.CloseAbnormalClosure:
			why = "the node is gone"
		case wait > 0:
			why = closed.Text
			t.stayAway(wait)
		}
	}
	t.unsure(t.out.Lost(), why)
	t.hangUp()
	t.tryNext(why)
}

// unsure tells of a line that may have been taken, and cannot be sent again.
func (t *talk) unsure(f *frame.Frame, why string) {
	if f != nil {
		t.giveUp("not acknowledged, so it may have arrived or not: %q (%s)", f, why)
	}
}

func (t *talk) hangUp() {
	if t.client != nil {
		t.client.Close()
		t.client = nil
	}
}

func (t *talk) tryNext(why string) {
	wait := min(firstRetry<<min(t.failed/len(t.o.URLs), 10), longestRetry)
	wait = wait/2 + rand.N(wait/2) // jitter: the clients of a node that went away do not come in one wave
	t.failed++
	t.url = (t.url + 1) % len(t.o.URLs)
	if t.notBefore != nil {
		wait = max(wait, time.Until(t.notBefore[t.url]))
	}
	t.retry = time.After(wait)
	t.say("%s; trying %s in %v", why, harmless.Value(t.o.URLs[t.url]), wait.Round(10*time.Millisecond))
}

// look checks twice within Patience how the line and the connection are doing.
func (t *talk) look(ctx context.Context) error {
	late := t.out.Len() > 0 && time.Since(t.since) > t.o.Patience
	switch {
	case late && t.client == nil && t.ended: // nobody types who could do something about it
		return fmt.Errorf("no node for %v; not sent: %s", t.o.Patience, t.unsent())
	case t.client == nil:
	case late && t.out.UnderWay():
		t.lost(errors.New("the node does not acknowledge"))
	case t.heard:
		t.heard, t.failed = false, 0 // steady
	case t.pinged:
		t.lost(errors.New("the node does not answer")) // frozen, or the network is: TCP would take minutes to tell
	case t.out.Len() == 0: // an answer to the line will do as well
		t.pinged = true
		ctx, cancel := context.WithTimeout(ctx, t.o.Patience)
		defer cancel()
		if err := t.client.Send(ctx, frame.Frame{Event: frame.EventPing}); err != nil {
			t.lost(err)
		}
	}
	return nil
}

// unsent names the lines that wait.
func (t *talk) unsent() string {
	first := harmless.Text(typed(t.out.First()))
	if n := t.out.Len() - 1; n > 0 {
		return fmt.Sprintf("%s, and %d more", first, n)
	}
	return first
}

// typed is a line as it was typed.
func typed(f *frame.Frame) (text string) {
	_ = json.Unmarshal(f.Data, &text) // it is the JSON of one
	return text
}

// final: name, room or token is not acceptable, here or anywhere.
func final(err error) bool {
	if _, none := errors.AsType[*noToken](err); none {
		return true
	}
	refused, ok := errors.AsType[*client.RefusedError](err)
	return ok && refused.Final()
}

// noToken: there is none to be had.
type noToken struct{ error }

func (e *noToken) Unwrap() error { return e.error }
