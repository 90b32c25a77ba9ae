package embedded

import (
	"bufio"
	"bytes"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"example.com/redis-chat/01-redis-basics/launch"
)

// node is one server of the topology.
type node struct {
	t      *Topology
	index  int // 0: the master
	server *launch.Embedded

	// The miniredis of now, a fresh one after each Restart, and the peer by which we ourselves execute commands on it:
	// the clients' changes on the master, the master's stream on a replica. Set while no command is let in.
	data   *miniredis.Miniredis
	redis  *server.Server
	runner *server.Peer
	reply  *bytes.Buffer

	clock struct {
		sync.Mutex
		now time.Time
	}

	// Guarded by Topology.mu.
	state   state
	loading bool // a full resync replaces the keys
	hangs   bool // its last run has not ended, though it was killed
	follower
}

type state int

const (
	starting state = iota // commands wait
	running
	frozen // commands wait
	dead   // commands end without an answer, their connections are being closed
)

// up reports whether the server has been started and not killed; it may be frozen. Called with mu held.
func (n *node) up() bool { return n.state == running || n.state == frozen }

// attach takes over the instance that the server has just started.
func (n *node) attach() {
	n.data = n.server.Miniredis()
	n.redis = n.data.Server()  // kept, because miniredis forgets it, unlocked, when it closes
	n.redis.SetPreHook(n.hook) // without the launcher's part of it, which lets keys expire by a clock of its own
	n.data.ClockTTL(true)      // by the clock that advance sets
	n.reply = &bytes.Buffer{}
	n.runner = server.NewPeer(bufio.NewWriter(n.reply))
	n.clock.now = time.Time{}
	n.state = running
}

// run executes a command and gives the reply as it goes over the wire. On the master it runs in the name of a client, whose
// transaction, watched keys and protocol version it uses. Only one goroutine at a time may run: see execute and follow.
func (n *node) run(client *server.Peer, command []string) string {
	if client != nil {
		n.runner.Ctx, n.runner.Resp3 = client.Ctx, client.Resp3
		defer func() { client.Ctx = n.runner.Ctx }()
	}
	n.reply.Reset()
	n.redis.Dispatch(n.runner, command)
	n.runner.Flush()
	return n.reply.String()
}
