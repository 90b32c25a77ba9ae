package topology

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/embedded"
)

// Topology is one master and its replicas. Servers are numbered: 0 is the master, 1… the replicas.
type Topology interface {
	// Addrs gives host:port of each server, the master's first. They stay the same over Kill and Restart.
	Addrs() []string

	// Kill ends server i as kill -9 does: its connections drop, its data is gone.
	Kill(i int) error

	// Restart starts a killed server again on its address, empty. For a replica it returns when the replica is proven to follow
	// the master again; for the master when that answers: the replicas find it by themselves, within about a second, and become empty too.
	Restart(ctx context.Context, i int) error

	// Freeze stops server i without ending it (SIGSTOP): connections stay open, nothing is answered, nothing is applied.
	Freeze(i int) error

	// Thaw lets a frozen server go on (SIGCONT).
	Thaw(i int) error

	// Cut breaks replica i's link to the master and keeps it down. Clients of the replica stay connected and notice nothing.
	Cut(i int) error

	// Mend links a replica that was cut again and returns when the link is proven. Missed messages are delivered late,
	// if the master's backlog still holds them; otherwise the replica gets a copy of all keys, and they are lost.
	Mend(ctx context.Context, i int) error

	// Close ends all servers. After it nothing is left running.
	Close() error
}

// proofTimeout is when Start, Restart and Mend give up. A replica asks for its master once a second; all else takes milliseconds.
const proofTimeout = 15 * time.Second

// ErrNotOurs is the error of the fault methods for servers that this program did not start: others use them.
var ErrNotOurs = errors.New("these servers were not started by this program")

// ErrTooFew is in the error of a start on running servers that are fewer than wanted.
var ErrTooFew = errors.New("they are too few")

// Options says what to start. The zero value is an embedded master with two replicas on free ports.
type Options struct {
	Backend  launch.Backend // where Redis comes from; default: embedded
	Replicas int            // number of replicas; default 2; of running servers at least so many, and all that are named are used
	Ports    []int          // the servers' ports, the master's first; missing or 0: a free one
	Saved    bool           // real servers: the master writes all to its disk, and a killed one comes back with it; default: empty
	LogLevel string         // real servers: debug, verbose, notice or warning; default notice
	Log      io.Writer      // real servers: where their log lines go, each with the server's address in front; default: nowhere
}

// Start starts a topology and returns when it is proven: a message published at the master has been processed by every replica.
// For servers that are running (Backend.Addrs) it only checks that. ctx limits the start, which also gives up by itself after
// 15 seconds without success.
func Start(ctx context.Context, o Options) (Topology, error) {
	if o.Replicas == 0 {
		o.Replicas = 2
	}
	if o.Replicas < 0 {
		return nil, fmt.Errorf("start a topology: %d replicas: want 1 or more", o.Replicas)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, proofTimeout, fmt.Errorf("not within %v", proofTimeout))
	defer cancel()
	switch o.Backend.Kind {
	case launch.KindEmbedded:
		t, err := embedded.Start(ctx, embedded.Options{Replicas: o.Replicas, Ports: o.Ports})
		if err != nil {
			return nil, err
		}
		return t, nil
	case launch.KindServer:
		return startProcesses(ctx, o)
	case launch.KindRunning:
		return useRunning(ctx, o)
	}
	return nil, fmt.Errorf("start a topology: unknown backend %v", o.Backend.Kind)
}
