package status

// State is everything that is known of the system at one moment. The live map gets it
// as JSON.
type State struct {
	Backend  string   `json:"backend"`
	Inside   bool     `json:"inside"`  // the servers are in this program, not processes
	Servers  []Server `json:"servers"` // the one that was the master at first comes first
	Master   string   `json:"master"`  // the name of the server that is the master now
	Nodes    []Node   `json:"nodes"`
	Messages int64    `json:"messages"` // that the master has passed on
	Missed   int64    `json:"missed"`   // that nodes have counted, all together

	Sentinels []Sentinel `json:"sentinels,omitempty"` // those that watch the servers, if any
	Moving    bool       `json:"moving,omitempty"`    // they are about to make another server the master

	// Cannot are the actions that cannot be done to a process here, with the reason.
	Cannot map[string]string `json:"cannot,omitempty"`
}

// The states of a server or a node. "up" is proven: what is published at the master
// arrives there.
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
	Name  string `json:"name"` // master, replica-1, …; with Sentinels server-1, …: any can become the master
	Addr  string `json:"addr"`
	PID   int    `json:"pid"` // 0: inside this program, or gone
	State string `json:"state"`
	Role  string `json:"role"` // role, link and offset are as ROLE says them
	Link  string `json:"link"` // a replica's link to its master

	// Follows is the name of the server that a replica follows, as ROLE says it; "": none of these, or not known.
	Follows string `json:"follows"`

	Offset int64 `json:"offset"`
	Quiet  int64 `json:"quiet"`  // seconds since a replica has heard its master, as INFO says it; -1: not known
	Linked int   `json:"linked"` // a master's replicas
	Seen   int64 `json:"seen"`   // messages that were seen there

	ByHand map[string]string `json:"byHand"` // by action: the command line that does the same
}

// Node is one chat node.
type Node struct {
	Name        string   `json:"name"` // node-1, …
	URL         string   `json:"url"`
	Replica     string   `json:"replica"` // the server at which it listens
	PID         int      `json:"pid"`     // 0: it does not run
	State       string   `json:"state"`
	Why         string   `json:"why"` // the reason when it is not up
	Connections int      `json:"connections"`
	Received    int64    `json:"received"`  // messages from its clients, since its start
	Delivered   int64    `json:"delivered"` // messages to its clients, each client counted
	Missed      int64    `json:"missed"`    // since its start
	Probed      int64    `json:"probed"`    // when a probe last came back, in Unix milliseconds; 0: none has
	Clients     []Client `json:"clients"`   // the first ones only; Connections counts all

	ByHand map[string]string `json:"byHand"` // as a server's
}

// Sentinel is one of those that watch the servers. What it says may differ from what the others say.
type Sentinel struct {
	Name  string `json:"name"` // sentinel-1, …
	Addr  string `json:"addr"`
	PID   int    `json:"pid"` // 0: it does not run
	State string `json:"state"`

	Master string   `json:"master"` // the name of the server that is the master to it
	Epoch  int64    `json:"epoch"`  // of the configuration that it goes by
	Leads  bool     `json:"leads"`  // it is making another server the master
	Chosen string   `json:"chosen"` // and this one, by its name
	Down   []string `json:"down"`   // the names of those that give it no answer
	Agreed bool     `json:"agreed"` // enough others have told it that the master is down to them, too

	Vote    string `json:"vote"`    // the name of the Sentinel for which it voted last; "": it has not, so far
	VotedIn string `json:"votedIn"` // the epoch of that vote
	VotedAt int64  `json:"votedAt"` // its time, in Unix milliseconds

	ByHand map[string]string `json:"byHand"` // as a server's
}

// Client is a client that is connected to a node.
type Client struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Room string `json:"room"`
}
