package replication

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	basics "example.com/redis-chat/01-redis-basics"
)

// processes is a topology of redis-server processes. One goroutine for each waits for its end (see basics.StartProcess).
type processes struct {
	servers []*basics.Process // never changed after the start

	mu     sync.Mutex
	states []condition // of each server
}

// condition is what has been done to a server.
type condition struct{ dead, frozen, cut bool }

// fastSync makes replicas ready in about 40 ms. With Redis' defaults it takes five seconds: a master waits that long for further
// replicas before it sends its data, and without a file on the disk (diskless) the stream starts only with the replica's next
// acknowledgement, a second after the link says that it is up. hz 100 runs what is done "at times" every 10 ms, not every 100.
//
// The file by which a replica got its keys is deleted (it would be left in both folders): a server that was killed would load it
// at its next start, and a replica would then ask for the stream from there on, so that what was published while it was away
// comes late, or not, as its subscribers are quick.
var fastSync = []string{"--repl-diskless-sync", "no", "--repl-diskless-sync-delay", "0", "--hz", "100", "--rdb-del-sync-files", "yes"}

func startProcesses(ctx context.Context, o Options) (_ Topology, err error) {
	t := &processes{servers: make([]*basics.Process, o.Replicas+1), states: make([]condition, o.Replicas+1)}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if t.servers[0], err = startProcess(ctx, o, 0); err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(t.servers[0].Addr())
	errs := make([]error, len(t.servers))
	var wg sync.WaitGroup
	for i := 1; i < len(t.servers); i++ { // all at once: each takes most of its time to start
		wg.Go(func() { t.servers[i], errs[i] = startProcess(ctx, o, i, "--replicaof", host+" "+port) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := AwaitReplicas(ctx, t.servers[0].Addr(), o.Replicas); err != nil {
		return nil, err
	}
	return t, nil
}

func startProcess(ctx context.Context, o Options, i int, args ...string) (*basics.Process, error) {
	launch := basics.ProcessOptions{LogLevel: o.LogLevel, Args: append(args, fastSync...)}
	if i < len(o.Ports) {
		launch.Port = o.Ports[i]
	}
	if o.Log == nil {
		return basics.StartProcess(ctx, launch)
	}
	lines := &labelled{out: o.Log}
	launch.Log = lines
	p, err := basics.StartProcess(ctx, launch)
	if err != nil {
		lines.label("server " + fmt.Sprint(i))
		return nil, err
	}
	lines.label(p.Addr())
	return p, nil
}

func (t *processes) Addrs() []string {
	var addrs []string
	for _, s := range t.servers {
		addrs = append(addrs, s.Addr())
	}
	return addrs
}

// PID is the number of server i's process.
func (t *processes) PID(i int) int { return t.servers[i].PID() }

func (t *processes) Kill(i int) error {
	return t.on(i, "kill", func(s *basics.Process, c *condition) error {
		*c = condition{dead: true}
		return s.Kill()
	})
}

func (t *processes) Restart(ctx context.Context, i int) error {
	if err := t.valid(i); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.states[i].dead {
		return fmt.Errorf("restart: server %d (%s) is running; kill it first", i, t.servers[i].Addr())
	}
	if err := t.servers[i].Restart(ctx); err != nil {
		return err
	}
	t.states[i] = condition{}
	if i == 0 {
		return nil
	}
	return t.prove(ctx)
}

func (t *processes) Freeze(i int) error {
	return t.on(i, "freeze", func(s *basics.Process, c *condition) error {
		c.frozen = true
		return s.Freeze()
	})
}

func (t *processes) Thaw(i int) error {
	return t.on(i, "thaw", func(s *basics.Process, c *condition) error {
		c.frozen = false
		return s.Thaw()
	})
}

// Close kills what runs and removes the servers' folders.
func (t *processes) Close() error {
	var errs []error
	for _, s := range t.servers {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// prove waits for every replica that can follow. As none of the others can answer, the number alone proves each of them.
func (t *processes) prove(ctx context.Context) error {
	n := 0
	for _, c := range t.states[1:] {
		if c == (condition{}) {
			n++
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, proofTimeout, fmt.Errorf("not within %v", proofTimeout))
	defer cancel()
	return AwaitReplicas(ctx, t.servers[0].Addr(), n)
}

// on does something to a server that is not dead.
func (t *processes) on(i int, verb string, do func(*basics.Process, *condition) error) error {
	if err := t.valid(i); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.states[i].dead {
		return fmt.Errorf("%s: server %d (%s) is not running", verb, i, t.servers[i].Addr())
	}
	return do(t.servers[i], &t.states[i])
}

func (t *processes) valid(i int) error {
	if i < 0 || i >= len(t.servers) {
		return fmt.Errorf("there is no server %d: they are numbered 0 (the master) to %d", i, len(t.servers)-1)
	}
	return nil
}
