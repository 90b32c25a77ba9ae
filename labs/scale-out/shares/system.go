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

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/launch"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// system is servers and nodes, each a process.
type system struct {
	tops  []topology.Topology
	nodes []*exec.Cmd
	urls  []string
	dir   string
}

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
	m := &lanemap.Map{}
	for i := range sets {
		top, err := topology.Start(ctx, topology.Options{Backend: launch.Backend{Kind: launch.KindServer}, Replicas: nodes})
		if err != nil {
			return s, err
		}
		s.tops = append(s.tops, top)
		m.Sets = append(m.Sets, lanemap.Set{Name: fmt.Sprint("set-", string(rune('a'+i))), Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	file := filepath.Join(s.dir, "sets.map")
	if err := m.Write(file); err != nil {
		return s, err
	}
	for i := range nodes {
		if err := s.startNode(command, kind, i, file); err != nil {
			return s, err
		}
	}
	return s, s.awaitReady(ctx)
}

func (s *system) startNode(command []string, kind kind, i int, file string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().(*net.TCPAddr)
	_ = l.Close() // only its port was wanted
	addrs := s.tops[0].Addrs()
	_, pub, _ := net.SplitHostPort(addrs[0])
	_, sub, _ := net.SplitHostPort(addrs[1+i])
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(addr.Port), fmt.Sprint("NODE_NAME=node-", i+1), "LOG_LEVEL=error", "GRACE=1ms",
		"PUB_PORT="+pub, "SUB_PORT="+sub, "RATE_PER_SECOND=0", "KIND="+string(kind))
	if kind == lanesOfSets {
		cmd.Env = append(cmd.Env, "MAP="+file, "REPLICA="+strconv.Itoa(i+1))
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
	for _, top := range s.tops {
		messages, bytes, err := sent(ctx, top.Addrs())
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

// sent asks the servers of a set, the master first.
func sent(ctx context.Context, addrs []string) (messages, bytes int64, err error) {
	for i, addr := range addrs {
		client := redis.NewClient(&redis.Options{Addr: addr})
		text, err := client.Info(ctx, "stats", "commandstats").Result()
		_ = client.Close()
		if err != nil {
			return 0, 0, err
		}
		out, _ := replication.InfoNumber(text, "total_net_output_bytes")
		bytes += out
		if i == 0 {
			_, calls, _ := strings.Cut(text, "cmdstat_publish:calls=")
			_, _ = fmt.Sscan(calls, &messages) // nothing: none was published
		}
	}
	return messages, bytes, nil
}
