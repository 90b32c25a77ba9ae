package system

import (
	"slices"
	"sync"
)

// State is all that is known of the system at one moment: what the live map
// shows, in JSON.
type State struct {
	Backend  string   `json:"backend"`
	Inside   bool     `json:"inside"`  // the servers are in this program, not processes
	Servers  []Server `json:"servers"` // the master first
	Nodes    []Node   `json:"nodes"`
	Messages int64    `json:"messages"` // that the master has passed on
	Missed   int64    `json:"missed"`   // that nodes have counted, all together

	// Cannot are the actions that cannot be done to a process here, with the reason.
	Cannot map[string]string `json:"cannot,omitempty"`
}

// What a server or a node can be. "up" is proven: what is published at the
// master arrives there.
const (
	Up       = "up"
	Starting = "starting"
	NotReady = "not ready" // a node: its probes do not come back
	Silent   = "silent"    // a server: connected, but nothing comes; a node: it does not answer
	Frozen   = "frozen"    // by a command of ours
	CutOff   = "cut off"   // by a command of ours
	Gone     = "gone"
)

// Server is one Redis server.
type Server struct {
	Name   string `json:"name"` // master, replica-1, …
	Addr   string `json:"addr"`
	PID    int    `json:"pid"` // 0: inside this program, or gone
	State  string `json:"state"`
	Role   string `json:"role"` // as ROLE says it, and link and offset
	Link   string `json:"link"` // a replica's link to its master
	Offset int64  `json:"offset"`
	Quiet  int64  `json:"quiet"`  // seconds since a replica has heard its master, as INFO says it; -1: not told
	Linked int    `json:"linked"` // a master's replicas
	Seen   int64  `json:"seen"`   // messages that have been seen there

	ByHand map[string]string `json:"byHand"` // by action: the command line that does the same

	heard  string // what its observer knows: Starting, Up, Silent or Gone
	fault  string // what has been done to it: Frozen, CutOff or nothing
	proven bool   // it has been up: the start waits for that
}

// judge sets the state: what has been done to a server explains what is heard
// of it, and is true before anything is heard.
func (s *Server) judge() {
	if s.State = s.heard; s.fault != "" && s.heard != Gone {
		s.State = s.fault
	}
}

// Node is one chat node.
type Node struct {
	Name        string   `json:"name"` // node-1, …
	URL         string   `json:"url"`
	Replica     string   `json:"replica"` // the name of its own
	PID         int      `json:"pid"`     // 0: it does not run
	State       string   `json:"state"`
	Why         string   `json:"why"` // not up
	Connections int      `json:"connections"`
	Received    int64    `json:"received"`  // messages from its clients, since its start
	Delivered   int64    `json:"delivered"` // messages to its clients, each client counted
	Missed      int64    `json:"missed"`    // since its start
	Probed      int64    `json:"probed"`    // when a probe last came back, in Unix milliseconds; 0: none has
	Clients     []Client `json:"clients"`   // the first ones; Connections counts all

	ByHand map[string]string `json:"byHand"` // as a server's

	doubt      bool     // its log says not ready, and has not said ready again
	unanswered int      // polls in a row
	proof      [2]int64 // of received and delivered: what the system's own proof was
}

// Client is who is connected to a node.
type Client struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Room string `json:"room"`
}

// state is the State, and who wants to know when it changes.
type state struct {
	mu      sync.Mutex
	now     State
	changed chan struct{}           // room for one
	became  func(who, state string) // is told when a server or a node is in another state
	before  []string                // of each of them, as it was told last
}

func newState(became func(who, state string)) *state {
	return &state{changed: make(chan struct{}, 1), became: became}
}

// change runs f on the state. f must not block.
func (s *state) change(f func(*State)) {
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
	if n := len(s.now.Servers) + len(s.now.Nodes); len(s.before) < n {
		s.before = append(s.before, make([]string, n-len(s.before))...)
	}
	look := func(i int, who, state string) {
		if s.before[i] != state {
			s.before[i] = state
			s.became(who, state)
		}
	}
	for i := range s.now.Servers {
		look(i, s.now.Servers[i].Name, s.now.Servers[i].State)
	}
	for i := range s.now.Nodes {
		look(len(s.now.Servers)+i, s.now.Nodes[i].Name, s.now.Nodes[i].State)
	}
}

// servers is how many there are, which does not change.
func (s *state) servers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.now.Servers)
}

// get is a copy.
func (s *state) get() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.now
	c.Servers = slices.Clone(c.Servers)
	c.Nodes = slices.Clone(c.Nodes)
	for i := range c.Nodes {
		c.Nodes[i].Clients = append([]Client{}, c.Nodes[i].Clients...) // in JSON a list, when empty too
	}
	return c
}
