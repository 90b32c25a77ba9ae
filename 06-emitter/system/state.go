package system

import (
	"slices"
	"sync"

	"example.com/redis-chat/06-emitter/system/status"
)

// known is everything that is known at one moment: the states that State tells, and the
// facts behind them.
type known struct {
	backend  string
	inside   bool
	servers  []server // the master first
	nodes    []node
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
	t := status.State{Backend: k.backend, Inside: k.inside, Messages: k.messages, Missed: k.missed}
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
	became  func(who, state string) // is told when a server or a node is in another state
	before  []string                // the state of each, as it was told last
}

func newState(became func(who, state string)) *state {
	return &state{changed: make(chan struct{}, 1), became: became}
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
	if n := len(s.now.servers) + len(s.now.nodes); len(s.before) < n {
		s.before = append(s.before, make([]string, n-len(s.before))...)
	}
	note := func(i int, who, state string) {
		if s.before[i] != state {
			s.before[i] = state
			s.became(who, state)
		}
	}
	for i := range s.now.servers {
		note(i, s.now.servers[i].Name, s.now.servers[i].State)
	}
	for i := range s.now.nodes {
		note(len(s.now.servers)+i, s.now.nodes[i].Name, s.now.nodes[i].State)
	}
}

// servers is how many there are, which does not change.
func (s *state) servers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.now.servers)
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
