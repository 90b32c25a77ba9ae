package system

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

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
		process, err := s.newNode(i)
		if err != nil {
			return err
		}
		s.nodes = append(s.nodes, process)
		s.state.change(func(now *known) {
			now.nodes = append(now.nodes, node{Node: status.Node{Name: process.Name(), URL: s.nodeURL(i), Replica: s.serverName(s.replicaOf(i)), State: status.Starting}})
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

func (s *System) newNode(i int) (*child.Process, error) {
	settings := s.settings(i)
	maps.Copy(settings, s.where(i))
	env, err := environment(settings)
	if err != nil {
		return nil, err
	}
	name := nodeName(i)
	return child.New(child.Options{
		Name: name, Command: s.o.Node, Env: env,
		Log:  func(line []byte) (keep bool) { return s.logged(name, line) },
		Died: func(why error, last []string) { s.died(name, why, last) },
	}), nil
}

// settings are node i's variables, but for those that say where the servers are.
func (s *System) settings(i int) map[string]string {
	var peers, origins []string
	for j, port := range s.o.Ports {
		if j != i {
			peers = append(peers, s.urlElsewhere(j)) // a page that is open elsewhere has another 127.0.0.1
		}
		// The page may have been opened by the machine's other name.
		origins = append(origins, "http://localhost:"+strconv.Itoa(port), "http://127.0.0.1:"+strconv.Itoa(port))
	}
	level := slog.LevelInfo // the events that are shown are logged at this level
	if s.o.Logs != nil {
		level = min(level, *s.o.Logs)
	}
	settings := map[string]string{
		"PORT": strconv.Itoa(s.o.Ports[i]), "LISTEN_HOST": s.o.Host, "NODE_NAME": nodeName(i),
		"CHANNEL_PREFIX": s.o.Key,
		"PEERS":          strings.Join(peers, ","), "ALLOWED_ORIGINS": strings.Join(origins, ","),
		"FRAME_ANCESTORS": strings.Join(livemap.Origins(s.o.MapPort), ","),
		"GRACE":           s.o.Grace.String(), "LOG_LEVEL": level.String(),
	}
	if s.o.shared() && os.Getenv("ALLOWED_HOSTS") == "" {
		// Else a node that others reach answers under any name, also a foreign site's that leads to this machine.
		settings["ALLOWED_HOSTS"] = strings.Join(append(addresses(), s.o.elsewhere()), ",")
	}
	return settings
}

// where tells node i where the servers are, or whom to ask for them.
func (s *System) where(i int) map[string]string {
	replica := s.top.Addrs()[s.replicaOf(i)]
	if s.watchers != nil {
		return map[string]string{"SENTINELS": strings.Join(s.watchers.Sentinels(), ","), "MASTER_NAME": s.watchers.Name(), "SUB_PREFER": replica}
	}
	pubHost, pubPort, _ := net.SplitHostPort(s.top.Addrs()[0])
	subHost, subPort, _ := net.SplitHostPort(replica)
	return map[string]string{"PUB_HOST": pubHost, "PUB_PORT": pubPort, "SUB_HOST": subHost, "SUB_PORT": subPort}
}

// startNode starts node i and returns when messages reach it.
func (s *System) startNode(ctx context.Context, i int) error {
	n := s.nodes[i]
	if err := n.Start(); err != nil {
		return err
	}
	var at status.Node
	s.state.change(func(now *known) {
		now.nodes[i].State, now.nodes[i].Why, now.nodes[i].PID = status.Starting, "", n.PID()
		at = now.nodes[i].Node
	})
	if err := awaitReady(ctx, at, n.Ended()); errors.Is(err, errEnded) {
		return fmt.Errorf("%s: %w: %s", n.Name(), err, harmless.Text(n.LastLine()))
	} else if err != nil {
		return err
	}
	s.become(n.Name(), status.Up, "")
	return nil
}

// died tells of a node that ended without being asked to.
func (s *System) died(name string, why error, last []string) {
	if before := s.ended(name); before == status.Starting || s.stopping.Load() {
		return // whoever started it tells
	}
	s.feed.Notice(name, "%s has ended (%v): its clients go to another node. To have it back: restart %s", name, why, name)
	if child.FromOutside(why) {
		return
	}
	for _, line := range last {
		s.feed.Print("    " + readable(name, []byte(line)))
	}
}

// ended makes a node's state Gone, with all its numbers at 0, and returns the state
// before.
func (s *System) ended(name string) (before string) {
	s.state.change(func(now *known) {
		n := now.node(name)
		before = n.State
		*n = node{Node: status.Node{Name: n.Name, URL: n.URL, Replica: n.Replica, State: status.Gone}} // the next run counts from 0
	})
	return before
}

func nodeName(i int) string { return fmt.Sprintf("node-%d", i+1) }

// replicaOf is the number of the server at which node i listens. Each node has its own
// replica, as long as there are enough.
func (s *System) replicaOf(i int) int { return 1 + i%(len(s.o.RedisPorts)-1) }
