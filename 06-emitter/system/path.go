package system

import (
	"fmt"
	"strings"
	"sync"
	"time"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
)

// paths follows messages from server to server. The same bytes at two servers
// are one message: a publisher numbers what it sends.
type paths struct {
	mu      sync.Mutex
	names   map[string]string // of publishers, by their identity
	open    map[string]*path  // by payload: those that have not been everywhere yet
	keys    []string          // of open, the oldest first; some are out of it already
	counted int64
}

// path is where one message has been seen.
type path struct {
	hop   Hop
	first time.Time
	took  map[int]time.Duration // by server, since first
	timer *time.Timer
	told  bool // its line has been shown
}

// patience is how long a message may take to every server that is up. It takes
// a fifth of a millisecond.
const patience = 200 * time.Millisecond

// maxOpen is how many messages are followed at once: those that are under way,
// and those that a replica may still get late, when its link is mended.
const maxOpen = 1000

func (p *paths) name(pub, node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[string]string{}
	}
	if p.names[pub] == "" && len(p.names) < 1000 {
		p.names[strings.Clone(pub)] = clean(node)
	}
}

// seen takes in a message that an observer has received at server i.
func (s *System) seen(i int, e *pubsub.Event, now time.Time) {
	if e.Channel == "chat:probe" {
		s.knows(e.Payload)
		return
	}
	if e.Pattern == "" {
		return // the observer's own probe
	}
	envelope, err := relay.DecodeEnvelope(e.Payload)
	if err != nil || len(envelope.Rooms) == 1 && isProof(envelope.Rooms[0]) {
		return // the nodes count what cannot be read
	}
	if i == 0 {
		s.state.change(func(now *State) { now.Messages++ })
	}
	p := &s.paths
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.open[e.Payload]
	if at == nil {
		at = p.begin(&envelope, now)
		key := strings.Clone(e.Payload)
		p.keep(key, at)
		at.timer = time.AfterFunc(patience, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			s.tell(at)
		})
	}
	at.took[i] = now.Sub(at.first)
	hop := at.hop
	hop.At, hop.Late = s.serverName(i), at.told
	s.feed.show(Update{Hop: &hop})
	switch {
	case at.told:
		s.feed.crowd("late at %s: %s %q", hop.At, hop.speaker(), hop.Text)
	case s.everywhere(at):
		s.tell(at)
	}
	if len(at.took) == len(s.top.Addrs()) {
		delete(p.open, e.Payload)
	}
}

// keep remembers a path, and forgets the oldest one when there are too many.
func (p *paths) keep(key string, at *path) {
	if p.open == nil {
		p.open = map[string]*path{}
	}
	p.open[key] = at
	if p.keys = append(p.keys, key); len(p.keys) > maxOpen {
		delete(p.open, p.keys[0])
		p.keys = p.keys[1:]
	}
}

// everywhere reports whether all servers that are up have seen a message.
func (s *System) everywhere(at *path) bool {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for i, server := range s.state.now.Servers {
		if _, been := at.took[i]; server.State == Up && !been {
			return false
		}
	}
	return true
}

// tell shows a message's line, once. Called with paths.mu held.
func (s *System) tell(at *path) {
	if at.told || s.stopping.Load() {
		return
	}
	at.told = true
	at.timer.Stop()
	s.feed.crowd("%s", s.sentence(at))
}

func (p *paths) begin(e *relay.Envelope, now time.Time) *path {
	p.counted++
	by := p.names[e.Pub]
	switch {
	case by != "":
	case e.UID == relay.EmitterUID:
		by = "emitter"
	default:
		by = "server " + clean(e.UID) // of Node.js, or a node that somebody started beside ours
	}
	hop := Hop{Message: p.counted, By: by, From: clean(e.From), Text: words(e.Args)}
	if e.Event != "message" {
		hop.Text = strings.TrimSpace("[" + clean(e.Event) + "] " + hop.Text)
	}
	if len(e.Rooms) > 0 {
		hop.Room = clean(strings.Join(e.Rooms, ", "))
	}
	return &path{hop: hop, first: now, took: map[int]time.Duration{}}
}

// sentence is the line about a message: who, to whom, what, and its way.
//
//	alice in lobby: "hi"   node-1 → master → replica-1, replica-2   0.3 ms
func (s *System) sentence(at *path) string {
	way := []string{at.hop.By}
	if _, ok := at.took[0]; ok {
		way = append(way, s.serverName(0))
	}
	var replicas []string
	var last time.Duration
	for i := 1; i < len(s.top.Addrs()); i++ {
		if took, ok := at.took[i]; ok {
			replicas = append(replicas, s.serverName(i))
			last = max(last, took)
		}
	}
	end := ""
	if replicas != nil {
		way = append(way, strings.Join(replicas, ", "))
		// Since the message was first seen anywhere: the master's observer may hear of it last.
		end = fmt.Sprintf("   %.1f ms", max(0.1, float64(last)/float64(time.Millisecond)))
	} else {
		way = append(way, "no replica")
	}
	return fmt.Sprintf("%s %q   %s%s", at.hop.speaker(), at.hop.Text, strings.Join(way, " → "), end)
}

// speaker is who speaks, and to whom.
func (h *Hop) speaker() string {
	who, room := h.From, "to all"
	if who == "" {
		who = "(no sender)"
	}
	if h.Room != "" {
		room = "in " + h.Room
	}
	return who + " " + room + ":"
}
