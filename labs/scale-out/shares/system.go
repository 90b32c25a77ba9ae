package shares

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/labs/scale-out/lanemap"
	"example.com/redis-chat/labs/scale-out/rediscluster"
)

// system is servers and nodes, each a process.
type system struct {
	sets    []servers
	tops    []topology.Topology
	cluster *rediscluster.Cluster
	nodes   []*exec.Cmd
	urls    []string
	dir     string
}

// servers are those of a set, the master first.
type servers []string

// start starts sets of servers, with a replica for each node, and the nodes.
func start(ctx context.Context, command []string, kind kind, sets, nodes int) (s *system, err error) {
	s = &system{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "workbook-shares-"); err != nil {
		return s, err
	}
	if kind == shardedOf2 {
		if err := s.startCluster(ctx, sets, nodes); err != nil {
			return s, err
		}
		return s, s.startNodes(ctx, command, kind, nodes, "")
	}
	m := &lanemap.Map{}
	for i := range sets {
		top, err := topology.Start(ctx, topology.Options{Backend: launch.Backend{Kind: launch.KindServer}, Replicas: nodes})
		if err != nil {
			return s, err
		}
		s.tops, s.sets = append(s.tops, top), append(s.sets, top.Addrs())
		m.Sets = append(m.Sets, lanemap.Set{Name: fmt.Sprint("set-", string(rune('a'+i))), Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	file := filepath.Join(s.dir, "sets.map")
	if err := m.Write(file); err != nil {
		return s, err
	}
	return s, s.startNodes(ctx, command, kind, nodes, file)
}

// startCluster starts a Redis Cluster instead, with as many servers.
func (s *system) startCluster(ctx context.Context, masters, replicas int) (err error) {
	s.cluster, err = rediscluster.Start(ctx, rediscluster.Options{Masters: masters, Replicas: replicas})
	if err != nil {
		return err
	}
	for _, shard := range s.cluster.Shards {
		of := servers{shard.Master.Addr()}
		for _, replica := range shard.Replicas {
			of = append(of, replica.Addr())
		}
		s.sets = append(s.sets, of)
	}
	return nil
}

func (s *system) startNodes(ctx context.Context, command []string, kind kind, nodes int, file string) error {
	for i := range nodes {
		if err := s.startNode(command, kind, i, file); err != nil {
			return err
		}
	}
	return s.awaitReady(ctx)
}

func (s *system) startNode(command []string, kind kind, i int, file string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().(*net.TCPAddr)
	_ = l.Close() // only its port was wanted
	addrs := s.sets[0]
	_, pub, _ := net.SplitHostPort(addrs[0])
	_, sub, _ := net.SplitHostPort(addrs[1+i])
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(addr.Port), fmt.Sprint("NODE_NAME=node-", i+1), "LOG_LEVEL=error", "GRACE=1ms",
		"PUB_PORT="+pub, "SUB_PORT="+sub, "RATE_PER_SECOND=0", "KIND="+string(kind))
	switch kind {
	case lanesOfSets:
		cmd.Env = append(cmd.Env, "MAP="+file, "REPLICA="+strconv.Itoa(i+1))
	case shardedOf2:
		cmd.Env = append(cmd.Env, "CLUSTER="+addrs[0], "REPLICA="+strconv.Itoa(i+1))
	}
	cmd.Stderr = os.Stderr
	if err := launch.StartChild(cmd); err != nil {
		return err
	}
	s.nodes, s.urls = append(s.nodes, cmd), append(s.urls, "http://"+addr.String())
	return nil
}

func (s *system) awaitReady(ctx context.Context) error {
	for _, url := range s.urls {
		for {
			response, err := http.Get(url + "/readyz")
			if err == nil {
				body, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if strings.TrimSpace(string(body)) == `{"ready":true}` {
					break
				}
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("the node at %s has not become ready: %w", url, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

func (s *system) close() {
	for _, cmd := range s.nodes {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = cmd.Wait()
	}
	for _, top := range s.tops {
		_ = top.Close() // nothing of it is wanted any more
	}
	if s.cluster != nil {
		_ = s.cluster.Close()
	}
	_ = os.RemoveAll(s.dir)
}

// figures are what the processes have counted since they began.
type figures struct {
	cpu        float64 // of all nodes, in seconds
	deliveries float64 // to clients, by all nodes
	messages   []int64 // by set: PUBLISH commands at its master
	bytes      []int64 // by set: sent by its servers, to replicas and nodes
}

func (s *system) read(ctx context.Context) (f figures, err error) {
	for _, url := range s.urls {
		response, err := http.Get(url + "/metrics")
		if err != nil {
			return f, err
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		cpu, cpuErr := metric(string(text), "process_cpu_seconds_total")
		deliveries, deliveriesErr := metric(string(text), "chat_deliveries_total")
		if err = errors.Join(err, cpuErr, deliveriesErr); err != nil {
			return f, err
		}
		f.cpu, f.deliveries = f.cpu+cpu, f.deliveries+deliveries
	}
	for _, addrs := range s.sets {
		messages, bytes, err := sent(ctx, addrs)
		if err != nil {
			return f, err
		}
		f.messages, f.bytes = append(f.messages, messages), append(f.bytes, bytes)
	}
	return f, nil
}

func metric(text, name string) (n float64, err error) {
	_, rest, found := strings.Cut(text, "\n"+name+" ")
	if !found {
		return 0, fmt.Errorf("the node's /metrics have no %s", name)
	}
	_, err = fmt.Sscan(rest, &n)
	return n, err
}
