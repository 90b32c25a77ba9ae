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
	Link   string `json:"link"` // a replica's link to its master, as ROLE says it
	Offset int64  `json:"offset"`
	Linked int    `json:"linked"` // a master's replicas

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
	Missed      int64    `json:"missed"`  // since its start
	Clients     []Client `json:"clients"` // the first ones; Connections counts all

	doubt bool // its log says not ready, and has not said ready again
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
	changed chan struct{} // room for one
}

func newState() *state { return &state{changed: make(chan struct{}, 1)} }

// change runs f on the state. f must not block.
func (s *state) change(f func(*State)) {
	s.mu.Lock()
	f(&s.now)
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
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
