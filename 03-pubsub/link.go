package pubsub

import (
	"sync"
	"time"
)

// link is what the reading goroutines and the watcher know together: which connection is the subscription, and
// which one stands by. All that a connection brings goes through arrived, under one lock: so the roles can
// change between two messages, and Silent and Alive can never be told in the wrong order.
type link struct {
	queue     *queue
	isProbe   func(channel, payload string) bool // nil: there are no probes
	confirmed chan struct{}                      // a token when a connection was confirmed: time for a probe
	moved     chan struct{}                      // a token when the next try need not wait: it is at another server

	mu      sync.Mutex
	conn    *connection       // the subscription; nil: none is confirmed
	since   time.Time         // when the last probe came back; before the first, when it was confirmed
	alive   bool              // Alive was told and still holds
	silent  error             // the reason that Silent was told with: ErrNotBack or ErrNotPublished
	standby *standby          // beside a silent connection, or where a move leads; nil: none
	added   map[string]*added // by channel
	opening *connection       // the one that is to be the subscription, until it is confirmed
	mark    string            // the last probe that the subscription has brought during a move
	after   int               // messages that it has brought since
	skip    int               // messages of the subscription that the one before has brought already
	keep    []string          // channels that are not to be left out: the connection before did not have them
	took    *standby          // the one that took over last: its goroutine reads the subscription
}

func newLink(o Options) link {
	return link{queue: newQueue(o.QueueBytes), isProbe: o.ConfirmProbe, confirmed: make(chan struct{}, 1), moved: make(chan struct{}, 1), added: map[string]*added{}}
}

// up makes c the subscription; early came with its confirmation. It returns the channels that c is to be asked for still.
func (l *link) up(c *connection, early []Event) (missing []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	missing = l.missing(c)
	l.begin(c, l.checked(early))
	return missing
}

// begin tells of a new subscription, and hands over what it has brought already. l is locked.
func (l *link) begin(c *connection, brought []Event) {
	l.conn, l.opening, l.since, l.alive, l.silent, l.skip = c, nil, time.Now(), false, nil, 0
	l.queue.push(Event{Kind: Subscribed})
	l.tellAdded()
	for _, e := range brought {
		l.deliver(e)
	}
	l.askForProbe()
}

func (l *link) askForProbe() {
	select {
	case l.confirmed <- struct{}{}:
	default:
	}
}

// down notes that c has ended, and why. It returns the standby that is the subscription now, nil if there is none.
func (l *link) down(c *connection, why error) *standby {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.conn != c: // it was left before it ended
	case l.standby != nil && l.standby.confirmed:
		l.takeOver(why)
	default:
		l.dismiss()
		l.conn, l.took = nil, nil
	}
	return l.took
}

// arrived takes what a connection has brought. The connection that it returns has been left: the caller ends it.
func (l *link) arrived(c *connection, e Event) (left *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Probe = e.Kind == Message && l.isProbe != nil && l.isProbe(e.Channel, e.Payload)
	switch {
	case c == l.conn && l.moves():
		return l.meet(e) // see move.go
	case c == l.conn:
		l.dismiss() // c lives, and brings all of it, in order
		l.deliver(e)
	case l.standby != nil && c == l.standby.conn:
		return l.hold(e)
	}
	return nil // from a connection that was left
}

// deliver hands one message of the subscription to the queue. l is locked.
func (l *link) deliver(e Event) {
	if e.Probe {
		l.since, l.silent = time.Now(), nil
		if !l.alive {
			l.alive = true
			l.queue.push(Event{Kind: Alive})
		}
	}
	l.queue.push(e)
}

// checked marks the probes among events that came before the last confirmation. l is locked.
func (l *link) checked(early []Event) []Event {
	for i, e := range early {
		early[i].Probe = l.isProbe != nil && l.isProbe(e.Channel, e.Payload)
	}
	return early
}

// tellSilent says more about the silence of c, if it still lasts.
func (l *link) tellSilent(c *connection, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == c && l.silent != nil {
		l.queue.push(Event{Kind: Silent, Err: err})
	}
}
