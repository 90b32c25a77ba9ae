package relay

import (
	"context"
	"time"

	"example.com/redis-chat/04-websocket-chat/presence"
	"example.com/redis-chat/05-distributed-relay/wire"
)

const (
	presenceEvery = 100 * time.Millisecond // changes are gathered this long
	wholeEvery    = 5 * time.Second        // the whole list mends whatever was missed

	// wholeShare is the share of the time, as 1 in so many, that the whole list takes when
	// nobody asks for it: a list that takes 10 s is told every 40 s.
	wholeShare = 4

	// Whole lists are told no more often than this, however many nodes ask: else
	// one forged probe would make every node tell everything.
	wholeRest = 250 * time.Millisecond

	// presenceRate bounds what a node says of its clients, in bytes a second: every other
	// node has to read it, and messages share its way.
	presenceRate = 10 * wire.MaxPart

	// partBytes is what a message has for rooms and names; the rest is for its keys, the
	// node's name and two places.
	partBytes = wire.MaxPart - 1024
)

// announcer tells the other nodes who comes and goes here, and who is there.
type announcer struct {
	r *Relay

	due     bool          // the whole list is to be told, from its beginning
	telling bool          // it is being told
	begun   time.Time     // when that last began
	took    time.Duration // and how long it took
	pause   time.Time     // nothing is said before: so many bytes have been
}

// announce is the presence goroutine.
func (r *Relay) announce(ctx context.Context) {
	tick := time.NewTicker(presenceEvery)
	defer tick.Stop()
	a := announcer{r: r, begun: time.Now().Add(-wholeRest)}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.wholeDue:
			a.due = true
		}
		a.step(time.Now())
	}
}

// step says what there is to say at that time: the changes, and then the next part of
// the whole list if that is being told. What cannot be published now is mended by the next whole
// list: the one of every five seconds, or the one that follows when the master is back.
func (a *announcer) step(now time.Time) {
	if now.Before(a.pause) {
		return
	}
	if since := now.Sub(a.begun); !a.telling {
		a.telling = a.due && since >= wholeRest || since >= max(wholeEvery, wholeShare*a.took)
		if a.telling {
			a.due, a.begun = false, now
		}
	}
	// A list that asks says so in its first part.
	ask := a.telling && a.begun.Equal(now) && a.r.askDue.Swap(false)
	update, part := a.r.hub.TakePresence(a.telling, partBytes)
	a.due = a.due || update.Lost
	bytes := 0
	for _, m := range inPieces(update.Joined, update.Left) {
		bytes += a.r.publishPresence(m)
	}
	if part != nil {
		m := inMessage(part)
		m.Ask = ask
		bytes += a.r.publishPresence(m)
		if part.To == [2]string{} {
			a.telling, a.took = false, now.Sub(a.begun)
		}
	}
	a.pause = now.Add(time.Duration(bytes) * time.Second / presenceRate)
}

// inPieces makes as many messages of changes as it takes. Who came goes first: somebody
// who came and went meanwhile is in both.
func inPieces(joined, left map[string][]string) (messages []wire.Presence) {
	if bytes := presence.Size(joined) + presence.Size(left); bytes == 0 {
		return nil
	} else if bytes <= partBytes {
		return []wire.Presence{{Joined: joined, Left: left}}
	}
	for _, piece := range presence.Split(joined, partBytes) {
		messages = append(messages, wire.Presence{Joined: piece})
	}
	for _, piece := range presence.Split(left, partBytes) {
		messages = append(messages, wire.Presence{Left: piece})
	}
	return messages
}

// inMessage puts a part into a message. A list of one part goes in the form that nodes
// understand which know no parts.
func inMessage(part *presence.Part) wire.Presence {
	if part.IsWhole() {
		if joined, ok := part.Spell(partBytes); ok {
			return wire.Presence{Whole: true, Joined: joined}
		}
	}
	return wire.Presence{Part: &wire.Part{After: part.After, To: part.To, Rooms: part.Rooms}}
}

// publishPresence has a message published, and returns its size.
func (r *Relay) publishPresence(p wire.Presence) (bytes int) {
	p.Node, p.Pub = clip(r.o.Node), r.pub
	payload := p.Encode()
	m := outgoing{since: time.Now(), size: len(payload)}
	m.own = func() (string, []byte) { return wire.PresenceChannel, payload }
	r.publisher.outbox.put(m)
	return len(payload)
}
