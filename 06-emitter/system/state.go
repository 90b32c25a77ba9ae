package system

import (
	"slices"
	"sync"
	"time"

	"example.com/redis-chat/06-emitter/system/status"
)

// known is everything that is known at one moment: the states that State tells, and the
// facts behind them.
type known struct {
	backend  string
	inside   bool
	servers  []server // in the order in which they were started
	master   int      // the number of the server that is the master
	nodes    []node
	watchers []watcher         // the Sentinels
	voters   map[string]string // their names, by the ids that they have among themselves
	moving   bool              // they are about to make another server the master
	messages int64
	missed   int64
}

type server struct {
	status.Server

	heard  string // what its observer says: Starting, Up, Silent or Gone
	fault  string // what has been done to it: Frozen, CutOff or nothing
	proven bool   // it has been up: the start waits for that
}

// judge sets the state. A fault that we made comes first, unless the server is gone: it
// explains what the observer says, and is true before the observer notices.
func (s *server) judge() {
	if s.State = s.heard; s.fault != "" && s.heard != status.Gone {
		s.State = s.fault
	}
}

// watcher is a Sentinel.
type watcher struct {
	status.Sentinel
	heard string    // Starting, Up, Silent or Gone
	fault string    // Frozen or nothing
	since time.Time // of the fault
}

func (w *watcher) judge() {
	if w.State = w.heard; w.fault != "" && w.heard != status.Gone {
		w.State = w.fault
	}
}

// answered notes an answer to what it was asked then. What it said just before it was frozen does not thaw it.
func (w *watcher) answered(asked time.Time) {
	w.heard = status.Up
	if asked.After(w.since) {
		w.fault = ""
	}
	w.judge()
}

type node struct {
	status.Node

	doubt      bool     // its log has said not ready, and not yet ready again
	unanswered int      // polls in a row
	proof      [2]int64 // how many of received and delivered were the system's own proof
}

func (k *known) node(name string) *node {
	i := slices.IndexFunc(k.nodes, func(n node) bool { return n.Name == name })
	return &k.nodes[i]
}

// told is a copy for others.
func (k *known) told() status.State {
	t := status.State{Backend: k.backend, Inside: k.inside, Messages: k.messages, Missed: k.missed, Moving: k.moving}
	if k.master < len(k.servers) {
		t.Master = k.servers[k.master].Name
	}
	for _, w := range k.watchers {
		w.Down = append([]string{}, w.Down...)
		t.Sentinels = append(t.Sentinels, w.Sentinel)
	}
	for _, s := range k.servers {
		t.Servers = append(t.Servers, s.Server)
	}
	for _, n := range k.nodes {
		n.Clients = append([]status.Client{}, n.Clients...) // so that JSON has [] and not null
		t.Nodes = append(t.Nodes, n.Node)
	}
	return t
}

// state is what is known, and those that are told when it changes.
type state struct {
	mu      sync.Mutex
	now     known
	changed chan struct{}           // room for one
	became  func(who, state string) // is told when a server, a node or a Sentinel is in another state
	before  map[string]string       // the state of each, as it was told last
}

func newState(became func(who, state string)) *state {
	return &state{changed: make(chan struct{}, 1), became: became, before: map[string]string{}}
}

// change runs f on the state. f must not block.
func (s *state) change(f func(*known)) {
	s.mu.Lock()
	f(&s.now)
	s.compare()
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// compare is called with mu held.
func (s *state) compare() {
	note := func(who, state string) {
		if s.before[who] != state {
			s.before[who] = state
			s.became(who, state)
		}
	}
	for i := range s.now.servers {
		note(s.now.servers[i].Name, s.now.servers[i].State)
	}
	for i := range s.now.nodes {
		note(s.now.nodes[i].Name, s.now.nodes[i].State)
	}
	for i := range s.now.watchers {
		note(s.now.watchers[i].Name, s.now.watchers[i].State)
	}
}

// servers is how many there are, which does not change.
func (s *state) servers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.now.servers)
}

// master is the number of the server that is the master now.
func (s *state) master() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.master
}

// of is the state that a node is in.
func (s *state) of(node string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.node(node).State
}

// get is a copy of what is told.
func (s *state) get() status.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.told()
}
