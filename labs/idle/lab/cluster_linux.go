package lab

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/idle"
)

// Kind is how a node waits for what its clients send.
type Kind string

// The kinds.
const (
	Goroutines Kind = "goroutines" // one for each client
	Poller     Kind = "poller"     // one epoll for all
)

// kindVariable says to a process that it is a node, and of which kind.
const kindVariable = "IDLE_NODE"

// AskedToBeNode reports whether this process is to be a node.
func AskedToBeNode() bool { return os.Getenv(kindVariable) != "" }

// RunNode is what such a process does: it is a node of chapter 05, until ctx ends.
func RunNode(ctx context.Context) error {
	var c relaynode.Config
	if err := c.Parse(flag.NewFlagSet("idle", flag.ContinueOnError), nil); err != nil {
		return err
	}
	if Kind(os.Getenv(kindVariable)) == Poller {
		p, err := idle.NewPoller()
		if err != nil {
			return err
		}
		defer p.Close()
		c.Hub.Poll = p.Poll
	}
	return relaynode.Run(ctx, c, c.Logger())
}

// cluster is a master, two replicas, and nodes that take turns at them.
type cluster struct {
	redis topology.Topology
	nodes []*node
}

// node is a process.
type node struct {
	cmd  *exec.Cmd
	addr string
}

// startCluster starts servers, real ones where there is redis-server, and nodes of that kind, and returns when all are ready.
func startCluster(ctx context.Context, kind Kind, nodes int) (*cluster, error) {
	o := topology.Options{Replicas: 2}
	if _, err := launch.FindServer(); err == nil {
		o.Backend.Kind = launch.KindServer
	}
	servers, err := topology.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	c := &cluster{redis: servers}
	for i := range nodes {
		if err := c.startNode(kind, servers.Addrs()[1+i%2]); err != nil {
			c.close()
			return nil, err
		}
	}
	for _, n := range c.nodes {
		if err := n.ready(ctx); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) startNode(kind Kind, replica string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("start a node: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	_, master, err := net.SplitHostPort(c.master())
	if err != nil {
		return fmt.Errorf("start a node: %w", err)
	}
	_, own, err := net.SplitHostPort(replica)
	if err != nil {
		return fmt.Errorf("start a node: %w", err)
	}
	n := &node{cmd: exec.Command(program), addr: "127.0.0.1:" + port}
	n.cmd.Env = append(os.Environ(), kindVariable+"="+string(kind), "PORT="+port, "PUB_PORT="+master, "SUB_PORT="+own,
		"RATE_PER_SECOND=0", "LOG_LEVEL=warn", "GRACE=2s")
	n.cmd.Stderr = os.Stderr
	if err := launch.StartChild(n.cmd); err != nil {
		return fmt.Errorf("start a node: %w", err)
	}
	c.nodes = append(c.nodes, n)
	return nil
}

// startPatience bounds a node's start.
const startPatience = 30 * time.Second

func (n *node) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startPatience, fmt.Errorf("not ready within %v", startPatience))
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.addr+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("ask %s: %w", n.addr, err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the node at %s: %w", n.addr, context.Cause(ctx))
		case <-look.C:
		}
	}
}

func (c *cluster) master() string { return c.redis.Addrs()[0] }

func (c *cluster) addrs() (addrs []string) {
	for _, n := range c.nodes {
		addrs = append(addrs, n.addr)
	}
	return addrs
}

// resident is the memory of all nodes, in bytes.
func (c *cluster) resident() (sum int64, err error) {
	for _, n := range c.nodes {
		bytes, err := resident(n.cmd.Process.Pid)
		if err != nil {
			return 0, err
		}
		sum += bytes
	}
	return sum, nil
}

// close ends all of it at once.
func (c *cluster) close() {
	for _, n := range c.nodes {
		_ = n.cmd.Process.Kill() // an error says that it has ended
		_ = n.cmd.Wait()
	}
	_ = c.redis.Close()
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}
