package system

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

const (
	pollEvery   = 500 * time.Millisecond
	pollTimeout = 400 * time.Millisecond
)

// poll asks, twice a second, for what nobody tells by himself: the servers'
// offsets, the nodes' metrics, and whether a node answers at all.
func (s *System) poll(ctx context.Context) {
	addrs := s.top.Addrs()
	servers := make([]*redis.Client, len(addrs))
	for i, addr := range addrs {
		servers[i] = observerClient(addr)
		defer servers[i].Close()
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		limited, cancel := context.WithTimeout(ctx, pollTimeout)
		var asking sync.WaitGroup
		for i := range servers {
			asking.Go(func() { s.pollServer(limited, i, servers[i]) })
		}
		for i := range s.nodes {
			asking.Go(func() { s.pollNode(limited, i) })
		}
		asking.Wait()
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *System) pollServer(ctx context.Context, i int, client *redis.Client) {
	role, err := replication.ReadRole(ctx, client)
	if err != nil {
		return // the observer notices it too, and says so
	}
	pid := 0
	if s.processes() {
		pid = askPID(ctx, client)
	}
	s.state.change(func(now *State) {
		server := &now.Servers[i]
		server.Link, server.Offset, server.Linked, server.PID = role.Link, role.Offset, len(role.Replicas), pid
	})
}

// askPID asks a server for its process: it may be one that somebody started by
// hand in the place of ours.
func askPID(ctx context.Context, client *redis.Client) int {
	info, _ := client.Info(ctx, "server").Result() // without an answer: 0
	_, after, _ := strings.Cut(info, "process_id:")
	digits, _, _ := strings.Cut(after, "\r\n")
	pid, _ := strconv.Atoi(digits)
	return pid
}

// pollNode also notices a node that does not answer, as one that was frozen from
// outside: it cannot say so itself.
func (s *System) pollNode(ctx context.Context, i int) {
	n := s.nodes[i]
	pid := n.pid()
	if pid == 0 {
		return
	}
	s.state.mu.Lock()
	at := s.state.now.Nodes[i]
	s.state.mu.Unlock()
	metrics, err := readMetrics(ctx, at.URL)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && at.State == Up && n.pid() == pid && !s.stopping.Load():
		s.become(n.name, Silent, "it does not answer")
		s.feed.say("%s does not answer: frozen?", n.name)
	case err == nil:
		s.state.change(func(now *State) {
			node := &now.Nodes[i]
			now.Missed += metrics["chat_messages_missed_total"] - node.Missed
			node.Missed = metrics["chat_messages_missed_total"]
			if node.State == Silent && metrics["chat_ready"] == 1 {
				node.State, node.Why = Up, ""
			}
		})
	}
}

// readMetrics reads the numbers without labels of a node's /metrics.
func readMetrics(ctx context.Context, url string) (map[string]int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := polling.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	numbers := map[string]int64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			numbers[name] = int64(n)
		}
	}
	return numbers, lines.Err()
}
