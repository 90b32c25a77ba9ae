package system

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"golang.org/x/sync/errgroup"

	basics "example.com/redis-chat/01-redis-basics"
	replication "example.com/redis-chat/02-replication"
	emitter "example.com/redis-chat/06-emitter"
)

// System is the whole chat, running: a master and its replicas, the nodes, an
// emitter, and the live map.
type System struct {
	o       Options
	why     string // where Redis comes from
	backend basics.Backend
	top     replication.Topology
	nodes   []*node
	master  *redis.Client // for the observers' probes
	emitter *emitter.Emitter
	mapURL  string // "": no map
	ready   time.Duration

	state *state
	feed  *feed
	paths paths

	observing  chan int        // each server, when what is published has come back from it for the first time
	watching   context.Context // of everything that only looks on
	stopWatch  context.CancelFunc
	background sync.WaitGroup
	stopping   atomic.Bool
	stopOnce   sync.Once
}

// startTimeout is when Start gives up. It takes well under a second.
const startTimeout = 20 * time.Second

// Start starts everything, and returns when it is proven: when a client on each
// node has heard a client on each other node, and the emitter. ctx limits the
// start only; Stop ends what was started.
func Start(ctx context.Context, o Options) (*System, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	logging.Disable() // go-redis logs each failed dial; here they are states, and shown as such
	s := &System{o: o, state: newState(), feed: newFeed(o.Out)}
	s.watching, s.stopWatch = context.WithCancel(context.Background())
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("not within %v", startTimeout))
	defer cancel()
	for _, step := range []func(context.Context) error{s.startServers, s.startNodes, s.startMap, s.prove} {
		if err := step(ctx); err != nil {
			s.Stop()
			return nil, err
		}
	}
	s.ready = time.Since(o.Started)
	return s, nil
}

// startServers starts Redis, and who watches it.
func (s *System) startServers(ctx context.Context) (err error) {
	if s.backend, s.why, err = choose(s.o.Redis); err != nil {
		return err
	}
	s.feed.print(s.why)
	found := &ports{say: func(format string, args ...any) { s.feed.print(fmt.Sprintf(format, args...)) }}
	found.reserve(s.o.RedisPorts...)
	found.reserve(s.o.Ports...)
	found.reserve(s.o.MapPort)
	for i, port := range s.o.RedisPorts {
		if s.o.RedisPorts[i], err = found.find(s.serverName(i), port); err != nil {
			return err
		}
	}
	for i, port := range s.o.Ports {
		if s.o.Ports[i], err = found.find(nodeName(i), port); err != nil {
			return err
		}
	}
	if s.o.MapPort != 0 {
		if s.o.MapPort, err = found.find("the live map", s.o.MapPort); err != nil {
			return err
		}
	}
	launch := replication.Options{Backend: s.backend, Replicas: len(s.o.RedisPorts) - 1, Ports: s.o.RedisPorts}
	if s.o.Logs != nil && *s.o.Logs <= slog.LevelDebug {
		launch.Log, launch.LogLevel = printer{s.feed}, "verbose"
	}
	if s.top, err = replication.Start(ctx, launch); err != nil {
		return err
	}
	addrs := s.top.Addrs()
	s.state.change(func(now *State) {
		now.Backend, now.Inside = s.why, !s.processes()
		for i, addr := range addrs {
			now.Servers = append(now.Servers, Server{Name: s.serverName(i), Addr: addr, PID: s.serverPID(i), State: Starting, heard: Starting})
		}
	})
	s.master = observerClient(addrs[0])
	client := observerClient(addrs[0])
	s.emitter = emitter.New(client)
	client.Close() // the emitter has a connection of its own
	s.observing = make(chan int, len(addrs))
	for i := range addrs {
		s.background.Go(func() { s.observe(s.watching, i) })
	}
	return nil
}

// startNodes starts the nodes, and returns when all of them deliver.
func (s *System) startNodes(ctx context.Context) error {
	if s.o.Node == nil {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("start the nodes: where is this program? %w", err)
		}
		s.o.Node = []string{self, "node"}
	}
	for i := range s.o.Ports {
		n, err := s.newNode(i)
		if err != nil {
			return err
		}
		s.nodes = append(s.nodes, n)
		s.state.change(func(now *State) {
			now.Nodes = append(now.Nodes, Node{Name: n.name, URL: s.nodeURL(i), Replica: s.serverName(s.replicaOf(i)), State: Starting})
		})
	}
	var waiting errgroup.Group
	for i := range s.nodes {
		waiting.Go(func() error { return s.startNode(ctx, i) })
	}
	if err := waiting.Wait(); err != nil {
		return err
	}
	s.background.Go(func() { s.poll(s.watching) })
	return nil
}

func (s *System) newNode(i int) (*node, error) {
	master, masterPort, _ := net.SplitHostPort(s.top.Addrs()[0])
	replica, replicaPort, _ := net.SplitHostPort(s.top.Addrs()[s.replicaOf(i)])
	var peers, origins []string
	for j, port := range s.o.Ports {
		if j != i {
			peers = append(peers, s.nodeURL(j))
		}
		// The page may have been opened by the machine's other name.
		origins = append(origins, "http://localhost:"+strconv.Itoa(port), "http://127.0.0.1:"+strconv.Itoa(port))
	}
	level := slog.LevelInfo // the events that are shown come from there
	if s.o.Logs != nil {
		level = min(level, *s.o.Logs)
	}
	env, err := environment(map[string]string{
		"PORT": strconv.Itoa(s.o.Ports[i]), "LISTEN_HOST": s.o.Host, "NODE_NAME": nodeName(i),
		"PUB_HOST": master, "PUB_PORT": masterPort, "SUB_HOST": replica, "SUB_PORT": replicaPort,
		"PEERS": strings.Join(peers, ","), "ALLOWED_ORIGINS": strings.Join(origins, ","),
		"GRACE": s.o.Grace.String(), "LOG_LEVEL": level.String(),
	})
	if err != nil {
		return nil, err
	}
	return &node{name: nodeName(i), command: s.o.Node, env: env, log: s.logged, died: s.died}, nil
}

// startNode starts node i and returns when messages reach it.
func (s *System) startNode(ctx context.Context, i int) error {
	n := s.nodes[i]
	if err := n.start(); err != nil {
		return err
	}
	var at Node
	s.state.change(func(now *State) {
		now.Nodes[i].State, now.Nodes[i].Why, now.Nodes[i].PID = Starting, "", n.pid()
		at = now.Nodes[i]
	})
	if err := awaitReady(ctx, at, n.gone()); errors.Is(err, errEnded) {
		return fmt.Errorf("%s: %w: %s", n.name, err, clean(n.lastWords()))
	} else if err != nil {
		return err
	}
	s.become(n.name, Up, "")
	return nil
}

// died tells of a node that ended without being asked to.
func (s *System) died(n *node, err error, last []string) {
	if before := s.ended(n.name); before == Starting || s.stopping.Load() {
		return // who started it tells
	}
	s.feed.say("%s has ended (%v): its clients go to another node. To have it back: restart %s", n.name, err, n.name)
	if fromOutside(err) {
		return
	}
	for _, line := range last {
		s.feed.print("    " + readable(n.name, []byte(line)))
	}
}

// ended empties a node's state, and returns the one before.
func (s *System) ended(name string) (before string) {
	s.state.change(func(now *State) {
		n := now.node(name)
		before = n.State
		n.State, n.Why, n.PID, n.Connections, n.Clients = Gone, "", 0, 0, nil
	})
	return before
}

// prove is the last step of the start. The observers are proven too: what the
// system shows must not begin later than what it does.
func (s *System) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for range s.top.Addrs() {
		select {
		case <-s.observing:
		case <-ctx.Done():
			return fmt.Errorf("prove the servers: what is published at the master does not come back from all of them: %w", context.Cause(ctx))
		}
	}
	return prove(ctx, s.state.get().Nodes, s.emitter)
}

func nodeName(i int) string { return fmt.Sprintf("node-%d", i+1) }

// replicaOf is the number of the server at which node i listens: each its own,
// as far as there are enough.
func (s *System) replicaOf(i int) int { return 1 + i%(len(s.o.RedisPorts)-1) }

func (s *System) nodeURL(i int) string {
	return "http://127.0.0.1:" + strconv.Itoa(s.o.Ports[i])
}

func (s *System) processes() bool { return s.backend.Kind == basics.KindServer }

// serverPID is 0 for a server inside this program.
func (s *System) serverPID(i int) int {
	if p, ok := s.top.(interface{ PID(int) int }); ok {
		return p.PID(i)
	}
	return 0
}

// printer writes the servers' log lines.
type printer struct{ feed *feed }

func (p printer) Write(line []byte) (int, error) {
	p.feed.print(clean(strings.TrimRight(string(line), "\n")))
	return len(line), nil
}

// State is what is so now.
func (s *System) State() State { return s.state.get() }

// MapURL is where the live map is, "" without one.
func (s *System) MapURL() string { return s.mapURL }
