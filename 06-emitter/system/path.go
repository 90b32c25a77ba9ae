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
	counted int64
}

// path is where one message has been seen.
type path struct {
	hop   Hop
	first time.Time
	took  map[int]time.Duration // by server, since first
	timer *time.Timer
}

// patience is how long a message may take to every server that is up. It takes
// a fifth of a millisecond.
const patience = 200 * time.Millisecond

// maxOpen bounds what is followed at once; in a storm the rest is only counted.
const maxOpen = 500

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
	up := s.serversUp()
	p := &s.paths
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.open[e.Payload]
	if at == nil {
		if len(p.open) >= maxOpen {
			return
		}
		at = p.begin(&envelope, now)
		key := strings.Clone(e.Payload)
		if p.open == nil {
			p.open = map[string]*path{}
		}
		p.open[key] = at
		at.timer = time.AfterFunc(patience, func() { s.finish(key, at) })
	}
	at.took[i] = now.Sub(at.first)
	hop := at.hop
	hop.At = s.serverName(i)
	s.feed.show(Update{Hop: &hop})
	for server := range up {
		if _, been := at.took[server]; !been {
			return
		}
	}
	if at.timer.Stop() {
		delete(p.open, e.Payload)
		s.feed.crowd("%s", s.sentence(at))
	}
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

// finish tells of a message that has not been everywhere in time.
func (s *System) finish(key string, at *path) {
	s.paths.mu.Lock()
	defer s.paths.mu.Unlock()
	if s.paths.open[key] == at {
		delete(s.paths.open, key)
		s.feed.crowd("%s", s.sentence(at))
	}
}

// sentence is the line about a message: who, to whom, what, and its way.
//
//	alice in lobby: "hi"   node-1 → master → replica-1, replica-2   0.3 ms
func (s *System) sentence(at *path) string {
	who := at.hop.From
	if who == "" {
		who = "(no sender)"
	}
	room := "to all"
	if at.hop.Room != "" {
		room = "in " + at.hop.Room
	}
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
		end = fmt.Sprintf("   %.1f ms", float64(last)/float64(time.Millisecond))
	} else {
		way = append(way, "no replica")
	}
	return fmt.Sprintf("%s %s: %q   %s%s", who, room, at.hop.Text, strings.Join(way, " → "), end)
}

func (s *System) serverName(i int) string {
	if i == 0 {
		return "master"
	}
	return fmt.Sprintf("replica-%d", i)
}

func (s *System) serversUp() map[int]bool {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	up := map[int]bool{}
	for i, server := range s.state.now.Servers {
		if server.State == Up {
			up[i] = true
		}
	}
	return up
}
