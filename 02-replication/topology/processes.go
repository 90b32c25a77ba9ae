package topology

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"example.com/redis-chat/01-redis-basics/launch"
	replication "example.com/redis-chat/02-replication"
)

// processes is a topology of redis-server processes. One goroutine for each waits for its end (see launch.StartProcess).
//
// It does not remember what has been done to a server: people can kill one by hand as well, or start another one in its
// place. So it asks the process whether it runs, and the master which replicas follow it.
type processes struct {
	servers    []*launch.Process // never changed after the start
	restarting sync.Mutex        // held between the look whether a server runs and its start
}

// settings make replicas ready in about 40 ms. With Redis' defaults it takes five seconds: a master waits that long for further
// replicas before it sends its data, and without a file on the disk (diskless) the stream starts only with the replica's next
// acknowledgement, a second after the link says that it is up. hz 100 runs what is done "at times" every 10 ms, not every 100.
//
// The file by which a replica got its keys is deleted (it would be left in both folders): a server that was killed would load it
// at its next start, and a replica would then ask for the stream from there on. Messages published while it was away would then
// come late, or never: it depends on how soon its subscribers are back.
//
// The backlog is the one that the lesson counts with: Redis' default, and a tenth of Valkey's since version 8.
var settings = []string{
	"--repl-diskless-sync", "no", "--repl-diskless-sync-delay", "0", "--hz", "100",
	"--rdb-del-sync-files", "yes",
	"--repl-backlog-size", "1mb",
}

func startProcesses(ctx context.Context, o Options) (_ Topology, err error) {
	t := &processes{servers: make([]*launch.Process, o.Replicas+1)}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if t.servers[0], err = startProcess(ctx, o, 0); err != nil {
		return nil, err
	}
	follow := launch.Following(t.servers[0].Addr())
	errs := make([]error, len(t.servers))
	var wg sync.WaitGroup
	for i := 1; i < len(t.servers); i++ { // all at once: each takes most of its time to start
		wg.Go(func() { t.servers[i], errs[i] = startProcess(ctx, o, i, follow...) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil { // one tells enough: they fail for the same reason
			return nil, err
		}
	}
	if err := replication.AwaitReplicas(ctx, t.servers[0].Addr(), o.Replicas); err != nil {
		return nil, err
	}
	return t, nil
}

func startProcess(ctx context.Context, o Options, i int, args ...string) (*launch.Process, error) {
	options := launch.ProcessOptions{LogLevel: o.LogLevel, Args: slices.Concat(args, settings)}
	if o.Saved && i == 0 {
		// With everysec a write may wait for up to two seconds, while the disk is busy: a kill would lose what was acknowledged.
		options.Args = append(options.Args, "--appendonly", "yes", "--appendfsync", "always")
	}
	if i < len(o.Ports) {
		options.Port = o.Ports[i]
	}
	if o.Log == nil {
		return launch.StartProcess(ctx, options)
	}
	lines := &labelled{out: o.Log}
	options.Log = lines
	p, err := launch.StartProcess(ctx, options)
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
	s, err := t.alive(i, "kill")
	if err != nil {
		return err
	}
	return s.Kill()
}

func (t *processes) Restart(ctx context.Context, i int) error {
	if err := t.valid(i); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	if err := t.startAgain(ctx, i); err != nil || i == 0 {
		return err
	}
	return t.prove(ctx, i)
}

// StartAgain starts a killed server on its address, with the arguments that it was started with first, and does not look
// whom it follows. It is for servers that Sentinels watch: they make of it what it is to be.
func (t *processes) StartAgain(ctx context.Context, i int) error {
	if err := t.valid(i); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	return t.startAgain(ctx, i)
}

func (t *processes) startAgain(ctx context.Context, i int) error {
	t.restarting.Lock()
	defer t.restarting.Unlock()
	if t.servers[i].Running() {
		return fmt.Errorf("restart: server %d (%s) is running; kill it first", i, t.servers[i].Addr())
	}
	return t.servers[i].Restart(ctx)
}

func (t *processes) Freeze(i int) error {
	s, err := t.alive(i, "freeze")
	if err != nil {
		return err
	}
	return s.Freeze()
}

func (t *processes) Thaw(i int) error {
	s, err := t.alive(i, "thaw")
	if err != nil {
		return err
	}
	return s.Thaw()
}

// Close kills all that run, and removes the servers' folders.
func (t *processes) Close() error {
	var errs []error
	for _, s := range t.servers {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// prove waits until replica i follows the master. Nothing is locked meanwhile: other faults can be injected, and Kill and Close
// put an end to it.
func (t *processes) prove(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, proofTimeout, fmt.Errorf("not within %v", proofTimeout))
	defer cancel()
	return replication.AwaitReplica(ctx, t.servers[0].Addr(), t.servers[i].Addr(), t.servers[i].Running)
}

// alive gives a server that runs.
func (t *processes) alive(i int, verb string) (*launch.Process, error) {
	if err := t.valid(i); err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	if !t.servers[i].Running() {
		return nil, fmt.Errorf("%s: server %d (%s) is not running", verb, i, t.servers[i].Addr())
	}
	return t.servers[i], nil
}

func (t *processes) valid(i int) error {
	if i < 0 || i >= len(t.servers) {
		return fmt.Errorf("there is no server %d: they are numbered 0 (the master) to %d", i, len(t.servers)-1)
	}
	return nil
}
