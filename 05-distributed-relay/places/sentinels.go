package places

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/sentinel"
	relay "example.com/redis-chat/05-distributed-relay"
)

// Options say which Sentinels to ask, and where a node would like to subscribe.
type Options struct {
	Sentinel sentinel.Options
	Node     string   // the node's name
	Prefer   []string // host:port of servers to subscribe at, the best first; default: by the node's name

	// Client makes a client of a server, to ask for its role.
	Client func(addr string) *redis.Client
}

// Sentinels are Places that Sentinels decide on. Make it with New, and Run it beside the relay.
type Sentinels struct {
	o Options

	mu      sync.Mutex
	avoid   map[string]avoided
	place   relay.Place
	ahead   ahead
	refused ahead         // what a node was told, and ROLE has not confirmed yet
	changed chan struct{} // closed when place is not true any more
	look    chan struct{} // holds a token when avoid has changed
}

// New makes Sentinels, of which nothing is known before Run.
func New(o Options) *Sentinels {
	return &Sentinels{o: o, avoid: map[string]avoided{}, changed: make(chan struct{}), look: make(chan struct{}, 1)}
}

// avoided is a server that brought nothing, how often in a row, and until when it is avoided.
type avoided struct {
	times int
	until time.Time
}

// A server is avoided for avoidFor: Sentinels ask a replica each ten seconds how it is. And for twice as long with each further time, as with one that
// only the Sentinels can reach.
const (
	avoidFor   = 12 * time.Second
	avoidMost  = 10 * time.Minute
	mostDouble = 6 // 12 s, doubled so often, is more than that
)

// Now implements relay.Places.
func (s *Sentinels) Now() (relay.Place, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place, s.changed
}

// Avoid implements relay.Places.
func (s *Sentinels) Avoid(addr string) {
	s.mu.Lock()
	a := s.avoid[addr]
	a.until = time.Now().Add(min(avoidFor<<min(a.times, mostDouble), avoidMost))
	a.times++
	s.avoid[addr] = a
	s.mu.Unlock()
	s.lookNow()
}

func (s *Sentinels) lookNow() {
	select {
	case s.look <- struct{}{}:
	default:
	}
}

// Run follows the Sentinels until ctx ends, and returns nil then. An error is a mistake in the options.
func (s *Sentinels) Run(ctx context.Context) error {
	watcher, err := sentinel.Watch(ctx, s.o.Sentinel)
	if err != nil {
		return fmt.Errorf("follow the Sentinels: %w", err)
	}
	defer watcher.Wait()
	for {
		view, changed := watcher.View()
		for _, a := range s.mayBeAhead(view) {
			if a.from == view.Master && a.to != "" && s.isMaster(ctx, a.to) {
				s.ahead = a
			}
		}
		over := s.note(view, time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-s.look:
		case <-time.After(over):
		}
	}
}

// ahead is a new master that no Sentinel has named yet, and ROLE has: they ask once a second during a failover, and each ten
// seconds when somebody else made it.
type ahead struct {
	from, to string
}

// Replaced implements relay.Places.
func (s *Sentinels) Replaced(master, by string) {
	s.mu.Lock()
	s.refused = ahead{master, by}
	s.mu.Unlock()
	s.lookNow()
}

func (s *Sentinels) mayBeAhead(view sentinel.View) []ahead {
	s.mu.Lock()
	defer s.mu.Unlock()
	refused := s.refused
	s.refused = ahead{}
	return []ahead{{view.Master, view.Next}, refused}
}

// isMaster asks a server whether it is the master by now.
func (s *Sentinels) isMaster(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, roleTime)
	defer cancel()
	client := s.o.Client(addr)
	defer client.Close()
	role, err := replication.ReadRole(ctx, client)
	return err == nil && role.Name == replication.Master
}

const (
	roleTime  = 200 * time.Millisecond // for an answer
	rolePause = 10 * time.Millisecond
)

// note makes a Place of what the Sentinels say, and returns when to look again.
func (s *Sentinels) note(view sentinel.View, now time.Time) (over time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	over = avoidFor
	w := wishes{node: s.o.Node, prefer: s.o.Prefer, avoid: map[string]bool{}}
	for addr, a := range s.avoid {
		if rest := a.until.Sub(now); rest > 0 {
			w.avoid[addr], over = true, min(over, rest)
		} else if rest < -avoidMost {
			delete(s.avoid, addr) // it has brought something since
		}
	}
	switch {
	case s.ahead.from != "" && s.ahead.from == view.Master:
		view.Master, view.Moving = s.ahead.to, false
	case view.Next != "":
		over = rolePause
	}
	place := relay.Place{Master: view.Master, Own: s.place.Own, Moving: view.Moving}
	if !view.Moving && view.Master != "" {
		place.Own = w.choose(view, s.place.Own)
	}
	if place != s.place {
		s.place = place
		close(s.changed)
		s.changed = make(chan struct{})
	}
	return over
}
