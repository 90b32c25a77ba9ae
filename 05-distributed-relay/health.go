package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
)

// health says whether this node delivers: it does while probes come back.
type health struct {
	log  *slog.Logger
	hub  Hub
	most time.Duration // how late messages may come while the node is ready

	mu     sync.Mutex
	ready  bool
	reason string // why not
	news   error  // what the publishing goroutine has found out; nil: nothing
	wake   func() // has the delivering goroutine look at that

	// Of the delivering goroutine.
	need      uint64        // the probe whose return ends the doubt; 0: none has come back yet
	ever      bool          // delivery has been proven once
	missed    int64         // when the doubt began, or messages began to come late
	took      time.Duration // the last probe
	lates     int           // probes in a row that came late
	late      bool          // clients were told that messages come late, and not yet that they do no more
	told      *int64        // what the clients were told at its end; nil: no number
	anonymous time.Time     // when something without a number was last seen
}

// start begins in doubt: a client that connects before delivery is proven is told.
func (h *health) start(hub Hub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hub, h.reason = hub, "starting: no probe has come back yet"
	hub.Degrade("this node is starting: messages may be missed")
}

// tell is for the publishing goroutine: err says why nothing that it publishes
// reaches the others; nil, only that a probe proves delivery now.
func (h *health) tell(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.news = cmp.Or(err, h.news)
	h.wake()
}

// listen returns a context that ends when there is something to look at. What was
// told before it is looked at now.
func (h *health) listen(ctx context.Context, s *sequences) context.Context {
	told, wake := context.WithCancel(ctx)
	h.mu.Lock()
	news := h.news
	h.news, h.wake = nil, wake
	if news != nil && !h.ready {
		h.reason, news = news.Error(), nil
	}
	h.mu.Unlock()
	if news != nil {
		h.lost(news, s)
	}
	return told
}

// delivers reports whether delivery is proven at the moment.
func (h *health) delivers() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ready
}

// waiting notes why a server is not there yet.
func (h *health) waiting(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ready {
		h.reason = err.Error()
	}
}

// What a relay's log says, once each time, when its readiness changes. Whoever reads
// a node's log goes by these.
const (
	LogNotReady  = "not ready: delivery is in doubt"                  // warn; why: the reason
	LogReady     = "ready: delivery is proven"                        // info; missed: how many messages meanwhile
	LogLate      = "messages come late"                               // warn; delay: how much; with more than MAX_DELAY the node is not ready
	LogInTime    = "messages come in time again"                      // info; missed
	LogCorrected = "more was missed in the last outage than was told" // info; missed: the number that is right
	// LogSubscribed is told each time when there is a subscription; at: host:port of the server.
	LogSubscribed = "subscribed"
	// LogMissedNotKnown is that number when nobody could count it.
	LogMissedNotKnown = "not known"
)

// lost notes that delivery is in doubt.
func (h *health) lost(err error, s *sequences) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ready && h.reason != "" && strings.Contains(err.Error(), h.reason) {
		h.need = 0
		return // the reason is known: probes are not published for it either
	}
	if h.reason = err.Error(); h.ready {
		h.begin(s)
	}
	h.ready, h.need, h.late, h.lates = false, 0, false, 0
	h.log.Warn(LogNotReady, "why", err)
	text := "this node's replica has gone quiet: messages may be missed"
	if errors.Is(err, replication.ErrReplica) {
		text = "this node has no master at the moment: nothing can be sent, and messages may be missed"
	} else if _, ok := asMistake(err); ok {
		text = "the master does not take this node's messages: nothing can be sent for the moment"
	} else if errors.Is(err, pubsub.ErrNotPublished) {
		text = "the master does not answer: nothing can be sent or received for the moment"
	}
	h.hub.Degrade(text) // once: a client that knows of the doubt is not told again
}

// begin notes what was missed before the clients are told of something.
func (h *health) begin(s *sequences) {
	if !h.late {
		h.missed, s.blind = s.missed, false
	}
}

// time notes how long the last probe took, and how long one may take.
func (h *health) time(took, allowed time.Duration) {
	if h.took = took; took > allowed {
		h.lates++
	} else {
		h.lates = 0
	}
}

// tellLate tells that messages come, but late. One late probe alone is none: this
// process may have been paused, and nobody is to blame for that.
func (h *health) tellLate(probe uint64, s *sequences) {
	if !h.late {
		h.begin(s)
		h.late = true
		h.log.Warn(LogLate, "delay", h.took.Round(time.Millisecond))
	}
	h.hub.Delay("messages come late: what the others said is older than it looks", h.took)
	if h.took > h.most {
		h.reason = fmt.Sprintf("messages come %v late, and MAX_DELAY is %v: the way from the replica, or the replica, is too slow", h.took.Round(time.Millisecond), h.most)
		if h.ready {
			h.log.Warn(LogNotReady, "why", h.reason)
		}
		h.ready, h.need = false, probe
	}
}

// back notes that a probe of this node's own came back: messages are delivered
// again. It may be an old one, with others and many messages behind it. So the
// doubt ends with a probe that is published from now on: until that is back,
// everything before it is, and at least one probe of every other node: all gaps
// are counted. At the start there is nothing to count, and the first will do.
func (h *health) back(probe, published uint64, s *sequences) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch late := h.lates >= 2; {
	case h.ready && late:
		h.tellLate(probe, s)
		return
	case h.ready && (!h.late || h.lates > 0):
		return
	case h.ready: // it was late, and is no more
	// region: doubt
	case h.need == 0 && h.ever:
		h.need = published + 2 // the next but one: a whole interval lies before it
		s.flowing = time.Now()
		return
	case probe < h.need:
		return
	// end: doubt
	case late:
		if h.tellLate(probe, s); h.took > h.most {
			return
		}
		h.ready, h.reason, h.ever = true, "", true
		return
	}
	var missed *int64
	if n := s.missed - h.missed; h.ever && !s.blind && time.Since(h.anonymous) > forgetAfter {
		missed = &n
	}
	said := LogReady
	if h.ready {
		said = LogInTime
	}
	h.ready, h.reason, h.ever, h.late, h.told, s.late = true, "", true, false, missed, 0
	h.log.Info(said, "missed", missedText(missed))
	h.hub.Recover(missed)
}

// correct tells the clients when more was missed in the last outage than they were
// told at its end: a publisher that reaches the master some seconds later than this
// node shows its gap only then.
func (h *health) correct(s *sequences) {
	if s.late == 0 {
		return
	}
	more := s.late
	s.late = 0
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ready || h.told == nil { // in doubt again: the end of that counts it
		return
	}
	missed := *h.told + more
	h.told = &missed
	h.log.Info(LogCorrected, "missed", missed)
	h.hub.Correct(missed)
}

// unnumbered notes a message of npm's packages: a gap in those cannot be seen.
func (h *health) unnumbered(now time.Time) { h.anonymous = now }

func missedText(missed *int64) string {
	if missed == nil {
		return LogMissedNotKnown
	}
	return fmt.Sprint(*missed)
}

// Ready reports whether this node delivers, and if not, why.
func (r *Relay) Ready() (reason string, ready bool) {
	r.health.mu.Lock()
	defer r.health.mu.Unlock()
	return r.health.reason, r.health.ready
}
