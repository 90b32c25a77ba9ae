package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
	loadtest "example.com/redis-chat/labs/load-test"
)

// System is a chat system in which the lab makes faults.
type System struct {
	Name     string
	Protocol loadtest.Protocol
	Command  []string // starts one node, which reads PORT, PUB_HOST, PUB_PORT, SUB_HOST and SUB_PORT
	Env      []string // of each node
	Tells    bool     // it acknowledges messages, counts missed ones, and says whether it is ready
	Keeps    bool     // it keeps messages: a client that comes back says which one it had last, and gets those behind it
}

// stage is a system that runs: a master, two replicas, and two nodes.
type stage struct {
	system  System
	set     setting
	top     topology.Topology
	watched *watched.Watched // top, where Sentinels watch it; else nil
	nodes   []*process
	addrs   []string    // host:port of each node
	proxies [][2]*proxy // of each node: to the master, and to its replica; none unless set.proxies
}

// setting is how a row's system differs from the usual one.
type setting struct {
	env     []string // added to our nodes' environment
	proxies bool     // there are proxies between each node and Redis
	toxics  []string // of all proxies, from the begin to the end
	alone   bool     // node 1 subscribes at the master, too

	comesBack bool // a master that is killed is the master again: what is kept has to be on its disk
	sentinels bool // three Sentinels watch the servers, and say to the nodes where they are

	unprobed bool // the nodes' probes are off
}

const (
	toMaster = iota
	toReplica
)

// nodeCount is how many nodes there are, each with a replica of its own: server 0
// is the master, server i+1 the replica of node i.
const nodeCount = 2

// raise starts a system and returns when messages pass through all of it.
func raise(ctx context.Context, backend launch.Backend, system System, s setting) (_ *stage, err error) {
	st := &stage{system: system, set: s}
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if err := st.startServers(ctx, backend); err != nil {
		return nil, err
	}
	for i := range nodeCount {
		if err := st.addNode(i, s); err != nil {
			return nil, err
		}
	}
	return st, st.prove(ctx)
}

func (st *stage) startServers(ctx context.Context, backend launch.Backend) (err error) {
	servers := topology.Options{Backend: backend, Replicas: nodeCount, Saved: st.system.Keeps && st.set.comesBack && backend.Kind == launch.KindServer}
	if !st.set.sentinels {
		st.top, err = topology.Start(ctx, servers)
		return err
	}
	if st.watched, err = watched.Start(ctx, watched.Options{Topology: servers}); err == nil {
		st.top = st.watched
	}
	return err
}

func (st *stage) addNode(i int, s setting) error {
	master, replica := st.top.Addrs()[0], st.top.Addrs()[1+i]
	if s.alone && i == 0 {
		replica = master
	}
	if s.proxies {
		pub, err := startProxy(fmt.Sprintf("node %d's way to the master", i+1), master)
		if err != nil {
			return err
		}
		sub, err := startProxy(fmt.Sprintf("node %d's way to its replica", i+1), replica)
		if err != nil {
			pub.close()
			return err
		}
		st.proxies = append(st.proxies, [2]*proxy{pub, sub})
		if err := errors.Join(pub.addToxics(s.toxics), sub.addToxics(s.toxics)); err != nil {
			return err
		}
		master, replica = pub.addr(), sub.addr()
	}
	port, err := loadtest.FreePort()
	if err != nil {
		return err
	}
	env := append(os.Environ(), "PORT="+port, "LISTEN_HOST=127.0.0.1", "LOG_LEVEL=warn", "RATE_PER_SECOND=0", "NODE_ENV=production",
		"NODE_NAME=node-"+strconv.Itoa(i+1))
	env = append(env, st.where(master, replica)...)
	env = append(append(env, st.system.Env...), s.env...)
	p := &process{name: fmt.Sprintf("node %d", i+1), command: st.system.Command, env: env}
	if err := p.start(); err != nil {
		return err
	}
	st.nodes = append(st.nodes, p)
	st.addrs = append(st.addrs, net.JoinHostPort("127.0.0.1", port))
	return nil
}

// where tells a node where the servers are, or whom to ask.
func (st *stage) where(master, replica string) []string {
	if st.watched != nil {
		return []string{"SENTINELS=" + strings.Join(st.watched.Sentinels(), ","), "MASTER_NAME=" + st.watched.Name(), "SUB_PREFER=" + replica}
	}
	pubHost, pubPort, _ := net.SplitHostPort(master)
	subHost, subPort, _ := net.SplitHostPort(replica)
	return []string{"PUB_HOST=" + pubHost, "PUB_PORT=" + pubPort, "SUB_HOST=" + subHost, "SUB_PORT=" + subPort}
}

// prove returns when a client at each node has heard a client at the other.
func (st *stage) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := newCrowd(st, 1)
	c.start(ctx)
	defer c.end()
	if err := c.fence(ctx); err != nil {
		var said []string
		for _, n := range st.nodes {
			said = append(said, n.name+": "+n.said())
		}
		return fmt.Errorf("%s does not deliver: %w (%s)", st.system.Name, err, strings.Join(said, "; "))
	}
	return nil
}

func (st *stage) close() error {
	for _, n := range st.nodes {
		n.kill()
	}
	for _, pair := range st.proxies {
		for _, d := range pair {
			d.close()
		}
	}
	if st.top == nil {
		return nil
	}
	if err := st.top.Close(); err != nil {
		return errors.Join(errors.New("stop the Redis servers"), err)
	}
	return nil
}
