package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Topology is a master and its replicas, in this process. Servers are numbered: 0 is the master, 1… the replicas.
type Topology struct {
	nodes       []*node
	stopTimeout time.Duration

	exec sync.Mutex // held while the master executes a change and logs it; taken before mu

	mu           sync.Mutex // never held while a command is executed
	changed      *sync.Cond // on mu: the log has grown, or something below or in a node is another
	log          backlog
	executing    bool // between a change's execution on the master and its place in the log
	transactions map[*server.Peer]*transaction
}

// Options are the options of Start. The zero value works.
type Options struct {
	Replicas int   // number of replicas; default 2
	Ports    []int // the servers' ports, the master's first; missing or 0: a free one
	Backlog  int   // bytes of the stream that are kept for a replica that was cut; default 1 MiB, as in Redis

	// StopTimeout is how long a stop waits for commands that are being carried out; default 10s, as in package launch.
	StopTimeout time.Duration
}

// replicaLimit is how many bytes a linked replica may lag behind before the master gives it up and it has to start again with
// a full resync: Redis' client-output-buffer-limit for replicas, 256 MB.
const replicaLimit = 256 << 20

// Start starts a master and its replicas, and returns when all replicas are linked.
func Start(ctx context.Context, o Options) (*Topology, error) {
	if o.Replicas == 0 {
		o.Replicas = 2
	}
	if o.Backlog == 0 {
		o.Backlog = 1 << 20
	}
	o.StopTimeout = cmp.Or(o.StopTimeout, 10*time.Second)
	t := &Topology{transactions: map[*server.Peer]*transaction{}, stopTimeout: o.StopTimeout}
	t.changed = sync.NewCond(&t.mu)
	t.log.limit = int64(o.Backlog)
	for i := range o.Replicas + 1 {
		t.nodes = append(t.nodes, &node{t: t, index: i})
	}
	for i, n := range t.nodes {
		options := launch.EmbeddedOptions{Hook: n.hook, StopTimeout: o.StopTimeout}
		if i < len(o.Ports) {
			options.Port = o.Ports[i]
		}
		var err error
		if n.server, err = launch.StartEmbedded(options); err != nil {
			t.Close()
			return nil, err
		}
		t.mu.Lock()
		t.open(n)
		t.mu.Unlock()
	}
	for _, r := range t.nodes[1:] {
		if err := t.proven(ctx, r); err != nil {
			t.Close()
			return nil, err
		}
	}
	return t, nil
}

// open lets commands in to a server that has just been started, and starts links. Called with mu held.
func (t *Topology) open(n *node) {
	n.attach()
	if n.index == 0 {
		t.log = backlog{limit: t.log.limit, run: t.log.run + 1}
		for _, r := range t.nodes[1:] {
			r.next = -1 // another master's stream
			if r.up() && !r.cut {
				t.connect(r)
			}
		}
	} else {
		n.next, n.offset, n.cut = -1, 0, false
		if t.nodes[0].up() {
			t.connect(n)
		}
	}
	t.changed.Broadcast()
}

// Addrs gives host:port of each server, the master's first.
func (t *Topology) Addrs() []string {
	var addrs []string
	for _, n := range t.nodes {
		addrs = append(addrs, n.server.Addr())
	}
	return addrs
}

// Kill ends a server: its connections drop, its data is gone. It waits for what the server is carrying out, twice Options.StopTimeout
// at most; then the error is launch.ErrHangs, and the server cannot be restarted.
func (t *Topology) Kill(i int) error {
	n, err := t.alive(i)
	if err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	n.state = dead
	if i > 0 {
		t.disconnect(n)
	} else {
		for _, r := range t.nodes[1:] {
			t.disconnect(r)
		}
	}
	l := n.link
	t.mu.Unlock()
	err = n.server.Kill() // its connections' hooks end: none waits for a dead server
	if l != nil {
		select {
		case <-l.done:
		case <-time.After(t.stopTimeout):
			err = errors.Join(err, fmt.Errorf("end the link of the replica on %s: %w, for %v so far", n.server.Addr(), launch.ErrHangs, t.stopTimeout))
		}
	}
	if err != nil {
		t.mu.Lock()
		n.hangs = true
		t.mu.Unlock()
	}
	return err
}

// Restart starts a killed server, empty, on its address. For a replica it returns when it has the master's keys.
func (t *Topology) Restart(ctx context.Context, i int) error {
	n, err := t.node(i)
	if err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	t.mu.Lock()
	if n.state != dead {
		t.mu.Unlock()
		return fmt.Errorf("restart: server %d (%s) is running; kill it first", i, n.server.Addr())
	}
	if n.hangs { // and may hold a lock that the next run needs
		t.mu.Unlock()
		return fmt.Errorf("restart: server %d (%s): %w; start a new topology", i, n.server.Addr(), launch.ErrHangs)
	}
	n.state = starting
	t.mu.Unlock()
	err = n.server.Restart(ctx)
	if i == 0 { // a replica may be copying the keys of the master that was killed
		t.exec.Lock()
		defer t.exec.Unlock()
	}
	t.mu.Lock()
	if err != nil {
		n.state = dead
		t.mu.Unlock()
		return err
	}
	t.open(n)
	t.mu.Unlock()
	if i == 0 {
		return nil
	}
	return t.proven(ctx, n)
}

// Freeze makes a server stop answering and applying. Its connections, and a replica's link, stay.
func (t *Topology) Freeze(i int) error { return t.set(i, "freeze", func(n *node) { n.state = frozen }) }

// Thaw lets a frozen server go on.
func (t *Topology) Thaw(i int) error { return t.set(i, "thaw", func(n *node) { n.state = running }) }

// SetLag makes replica i apply each change d after the master.
func (t *Topology) SetLag(i int, d time.Duration) error {
	return t.set(i, "set the lag", func(n *node) { n.lag = d })
}

// Cut breaks replica i's link and keeps it down.
func (t *Topology) Cut(i int) error {
	if i == 0 {
		return errors.New("cut: server 0 is the master, which has no link of its own; cut its replicas")
	}
	return t.set(i, "cut", func(n *node) {
		n.cut = true
		t.disconnect(n)
	})
}

// Mend links replica i again, and returns when it has what it missed.
func (t *Topology) Mend(ctx context.Context, i int) error {
	err := t.set(i, "mend", func(n *node) {
		if n.cut && t.nodes[0].up() {
			t.connect(n)
		}
		n.cut = false
	})
	if err != nil || i == 0 {
		return err
	}
	return t.proven(ctx, t.nodes[i])
}

// Resyncs counts replica i's full resyncs since it was started; the first one is its start.
func (t *Topology) Resyncs(i int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nodes[i].copies
}

// Close ends all servers, at the same time: one that hangs costs its own time only. See Kill for how long that is.
func (t *Topology) Close() error {
	errs := make([]error, len(t.nodes))
	var ending sync.WaitGroup
	for i, n := range t.nodes {
		if n.server == nil { // the start has failed before this one
			break
		}
		ending.Go(func() {
			killed := t.Kill(i)
			if !errors.Is(killed, launch.ErrHangs) { // it may be dead
				killed = nil
			}
			errs[i] = errors.Join(killed, n.server.Close())
		})
	}
	ending.Wait()
	return errors.Join(errs...)
}

func (t *Topology) node(i int) (*node, error) {
	if i < 0 || i >= len(t.nodes) {
		return nil, fmt.Errorf("there is no server %d: they are numbered 0 (the master) to %d", i, len(t.nodes)-1)
	}
	return t.nodes[i], nil
}

// alive gives a server that is not dead, with mu locked.
func (t *Topology) alive(i int) (*node, error) {
	n, err := t.node(i)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	if !n.up() {
		t.mu.Unlock()
		return nil, fmt.Errorf("server %d (%s) is not running", i, n.server.Addr())
	}
	return n, nil
}

func (t *Topology) set(i int, verb string, f func(*node)) error {
	n, err := t.alive(i)
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	defer t.mu.Unlock()
	f(n)
	t.changed.Broadcast()
	return nil
}
