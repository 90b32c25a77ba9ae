package system

import (
	"fmt"
	"hash/maphash"
	"math"
	"math/bits"
	"strings"
	"sync"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// paths follows messages from server to server. The same bytes at two servers
// are one message: a publisher numbers what it sends.
//
// Under load only as many messages are followed as lines are shown (see
// livemap.Feed.Allow). The others are remembered as not followed: all observers must
// agree, and none decodes a message that another has decoded.
type paths struct {
	mu    sync.Mutex
	names map[string]string // of publishers, by their identity
	open  map[uint64]*path  // by the hash of the payload: messages that have not been everywhere yet
	keys  []uint64          // keys of open, the oldest first; some are deleted already
}

// path is at which servers one message has been seen, and when.
type path struct {
	hop         *livemap.Hop // nil: it is not followed
	been        uint16       // a bit for each server
	first, last time.Time
	timer       *time.Timer
	told        bool // its line has been shown
}

// arrivalTimeout is how long a message may take to every server that is up. It takes
// a fifth of a millisecond.
const arrivalTimeout = 200 * time.Millisecond

// maxOpen is how many messages are remembered at once: messages under way, and messages
// that a replica may get late, when its link is mended.
const maxOpen = 10_000

// seed makes the hashes differ from run to run, so that nobody can choose two payloads
// with one hash.
var seed = maphash.MakeSeed()

func hash(payload string) uint64 { return maphash.String(seed, payload) }

func (p *paths) name(pub, node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[string]string{}
	}
	if p.names[pub] == "" && len(p.names) < 1000 && len(pub) <= 64 {
		p.names[strings.Clone(pub)] = livemap.Short(node)
	}
}

// seen notes a message that an observer has received at server i.
func (s *System) seen(i int, e *pubsub.Event, now time.Time) {
	key := hash(e.Payload)
	p := &s.paths
	p.mu.Lock()
	defer p.mu.Unlock()
	// region: same
	at := p.open[key]
	if at == nil || at.has(i) { // the same bytes again are another message: npm's packages do not number theirs
		if at = s.begin(e.Payload); at == nil {
			return
		}
		p.keep(key, at)
	}
	// end: same
	s.state.change(func(now *known) {
		now.servers[i].Seen++
		if i == now.master {
			now.messages++
		}
	})
	at.sight(i, now)
	if at.hop != nil {
		s.follow(i, at)
	}
	if bits.OnesCount16(at.been) == s.state.servers() {
		delete(p.open, key)
	}
}

// begin decodes a message when it is seen for the first time. It returns nil for a
// message that is not shown.
func (s *System) begin(payload string) *path {
	envelope, err := wire.DecodeEnvelope(payload)
	if err != nil || len(envelope.Rooms) == 1 && isProof(envelope.Rooms[0]) {
		return nil // the nodes count a message that cannot be read; the proof is not shown
	}
	at := &path{}
	if s.feed.Allow() {
		at.hop = livemap.NewHop(payload, s.paths.names[envelope.Pub], &envelope)
		at.timer = time.AfterFunc(arrivalTimeout, func() {
			s.paths.mu.Lock()
			defer s.paths.mu.Unlock()
			s.tell(at)
		})
	}
	return at
}

// follow shows that a message has come to server i.
func (s *System) follow(i int, at *path) {
	hop := *at.hop
	hop.At, hop.Late = s.serverName(i), at.told
	s.feed.Show(livemap.Update{Hop: &hop})
	switch {
	case at.told:
		s.feed.SayLimited("late at %s: %s %s", hop.At, hop.Speaker(), harmless.Quote(hop.Text))
	case s.everywhere(at):
		s.tell(at)
	}
}

// keep remembers a path, and forgets the oldest one when there are too many.
func (p *paths) keep(key uint64, at *path) {
	if p.open == nil {
		p.open = map[uint64]*path{}
	}
	p.open[key] = at
	if p.keys = append(p.keys, key); len(p.keys) > maxOpen {
		delete(p.open, p.keys[0])
		p.keys = p.keys[1:]
	}
}

func (at *path) has(i int) bool { return at.been&(1<<i) != 0 }

// sight notes when a message was seen. Each server has a goroutine of its own, so the
// times come in any order.
func (at *path) sight(i int, now time.Time) {
	if at.been == 0 || now.Before(at.first) {
		at.first = now
	}
	if at.been == 0 || now.After(at.last) {
		at.last = now
	}
	at.been |= 1 << i
}

// everywhere reports whether all servers that are up have seen a message.
func (s *System) everywhere(at *path) bool {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for i, server := range s.state.now.servers {
		if server.State == status.Up && !at.has(i) {
			return false
		}
	}
	return true
}

// tell shows a message's line, once. It is called with paths.mu held.
func (s *System) tell(at *path) {
	if at.told || s.stopping.Load() {
		return
	}
	at.told = true
	at.timer.Stop()
	s.feed.Say("%s", s.sentence(at)) // Allow has admitted the line
}

// sentence is the line about a message: sender, rooms, text, and its way.
//
//	alice in lobby: "hi"   node-1 → master → replica-1, replica-2   seen at 3 servers within 0.3 ms
//
// The time is from the first sight to the last, at whichever servers: observers do not
// always see a message in the order in which it travels.
func (s *System) sentence(at *path) string {
	way := []string{at.hop.By}
	master := s.state.master()
	if at.has(master) {
		way = append(way, s.serverName(master))
	}
	var replicas []string
	for i := range s.state.servers() {
		if i != master && at.has(i) {
			replicas = append(replicas, s.serverName(i))
		}
	}
	if replicas == nil {
		replicas = []string{"no replica"}
	}
	way = append(way, strings.Join(replicas, ", "))
	spread := ""
	if n := bits.OnesCount16(at.been); n > 1 {
		spread = fmt.Sprintf("   seen at %d servers within %s", n, tenths(at.last.Sub(at.first)))
	}
	return fmt.Sprintf("%s %s   %s%s", at.hop.Speaker(), harmless.Quote(at.hop.Text), strings.Join(way, " → "), spread)
}

// tenths is a time in milliseconds, rounded up, for "within".
func tenths(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", max(1, math.Ceil(d.Seconds()*10_000))/10)
}
