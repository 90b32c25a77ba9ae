package loadtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Cluster is a system that runs: some nodes, and the Redis servers that join
// them.
type Cluster struct {
	Name     string
	Protocol Protocol
	Nodes    []string // host:port of each; several may be one process

	servers       []*server // the nodes' processes
	nodeProcesses int
	redis         []redisServer

	failed chan struct{} // closed when a node's process has ended by itself
	mu     sync.Mutex
	why    error
	closed bool
}

type redisServer struct {
	name  string
	stats *process.Process
}

// watch tells when a node's process ends.
func (c *Cluster) watch() {
	c.failed, c.nodeProcesses = make(chan struct{}), len(c.servers)
	for _, s := range c.servers {
		go func() {
			<-s.ended
			c.mu.Lock()
			defer c.mu.Unlock()
			if !c.closed && c.why == nil {
				c.why = fmt.Errorf("%s: %s has ended: %s", c.Name, s.name, s.lastLine())
				close(c.failed)
			}
		}()
	}
}

// failure says that a node's process has ended; nil: none has.
func (c *Cluster) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}

// usage is what the nodes, then the Redis servers have used so far.
func (c *Cluster) usage() ([]Usage, error) {
	var all []Usage
	for _, s := range c.servers {
		u, err := usage(s.name, s.stats)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	for _, r := range c.redis {
		u, err := usage(r.name, r.stats)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// prove returns when a client at each node has heard a client at every node. An
// open port or a health check that says yes would prove nothing.
func (c *Cluster) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("%s does not deliver within %v", c.Name, startPatience))
	defer cancel()
	for {
		err := c.proveOnce(ctx)
		switch {
		case err == nil:
			return nil
		case c.failure() != nil:
			return c.failure()
		case ctx.Err() != nil:
			return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
		select { // it does not listen yet
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (c *Cluster) proveOnce(ctx context.Context) error {
	load := Load{Clients: 2, Senders: 1, Rooms: 1, Rate: 50 * float64(len(c.Nodes)), Size: stampBytes, Warmup: time.Hour}
	crowd, err := gather(len(c.Nodes), c.Protocol, load)
	if err != nil {
		return err
	}
	defer crowd.close()
	if err := crowd.connect(ctx, c.Nodes); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	var sending sync.WaitGroup
	sending.Go(func() { crowd.send(ctx, load.schedule(now())) })
	defer sending.Wait()
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !crowd.heardAll() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("a message did not reach all nodes")
		case <-c.failed:
			return c.failure()
		}
	}
	return nil
}

// heardAll reports whether each client has heard each sender but itself.
func (c *crowd) heardAll() bool {
	for i, cl := range c.clients {
		r := c.engines[i%len(c.engines)].recorder
		r.mu.Lock()
		deaf := false
		for sender := range cl.from {
			deaf = deaf || sender != cl.sender && cl.from[sender].last == 0
		}
		r.mu.Unlock()
		if deaf {
			return false
		}
	}
	return true
}

// Close ends the nodes. The Redis servers are the lab's.
func (c *Cluster) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	for _, s := range c.servers {
		s.stop()
	}
}
