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
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

const (
	pollEvery   = 500 * time.Millisecond
	pollTimeout = 400 * time.Millisecond
	// A node is called silent when it has not answered so many times in a row.
	patientPolls = 2
)

// poll asks, twice a second, for everything that no log and no message tells: the
// servers' offsets, the nodes' metrics, and whether a node answers at all.
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
	info, err := client.Info(ctx).Result()
	if err != nil {
		return
	}
	// Somebody may have started this process by hand in place of ours.
	pid, _ := replication.InfoNumber(info, "process_id")
	quiet, told := replication.InfoNumber(info, "master_last_io_seconds_ago")
	if !told {
		quiet = -1
	}
	s.state.change(func(now *known) {
		server := &now.servers[i]
		server.Role, server.Link, server.Offset, server.Linked = role.Name, role.Link, role.Offset, len(role.Replicas)
		server.PID, server.Quiet = int(pid), quiet
		server.Follows = s.serverAt(role.Master)
	})
	if s.places != nil && role.Name == replication.Replica && s.isMaster(i) { // somebody else has done that, and no Sentinel knows yet
		s.places.Replaced(s.top.Addrs()[i], role.Master)
	}
}

// pollNode also notices a node that does not answer: one that was frozen from outside
// cannot say so itself.
func (s *System) pollNode(ctx context.Context, i int) {
	s.state.mu.Lock()
	asked := s.state.now.nodes[i]
	s.state.mu.Unlock()
	if asked.PID == 0 || s.stopping.Load() {
		return
	}
	switch metrics, err := readMetrics(ctx, asked.URL); {
	case err == nil:
		s.measured(i, asked, metrics)
	case errors.Is(err, context.DeadlineExceeded):
		s.unanswered(i, asked)
	}
}

// measured uses a node's answer, unless something has happened since the node was
// asked: by now it may be another run of the node, and the log may have said something
// newer.
func (s *System) measured(i int, asked node, metrics map[string]float64) {
	var back bool
	var lost int64
	s.state.change(func(now *known) {
		n := &now.nodes[i]
		if n.PID != asked.PID {
			return
		}
		n.unanswered = 0
		missed := int64(metrics["chat_messages_missed_total"])
		lost = missed - n.Missed
		now.missed += lost
		n.Missed = missed
		received, delivered := traffic(metrics)
		n.Received, n.Delivered = max(0, received-n.proof[0]), max(0, delivered-n.proof[1])
		n.Probed = int64(1000 * metrics["chat_probe_timestamp_seconds"])
		if n.State != asked.State || n.doubt != asked.doubt || n.State == status.Starting {
			return
		}
		switch ready := metrics["chat_ready"] == 1; {
		case !ready && n.State != status.NotReady:
			n.State, n.Why = status.NotReady, "no probe comes back"
		case ready && n.State != status.Up && !n.doubt: // when the log has said not ready, only the log says ready
			n.State, n.Why, back = status.Up, "", true
		}
	})
	if lost > 0 {
		s.feed.Record(livemap.Moment{Kind: livemap.Lost, Who: asked.Name, Count: lost, Text: plural(strconv.FormatInt(lost, 10), "message") + " counted as missed"})
	}
	if back {
		s.feed.Notice(asked.Name, "%s answers again, and is ready", asked.Name)
	}
}

func traffic(metrics map[string]float64) (received, delivered int64) {
	return int64(metrics["chat_messages_received_total"]), int64(metrics["chat_deliveries_total"])
}

// leaveOutProof makes the nodes' counts begin at 0 when the system is ready: the
// proof's messages are left out.
func (s *System) leaveOutProof(ctx context.Context) {
	for i, n := range s.state.get().Nodes {
		metrics, err := readMetrics(ctx, n.URL)
		if err != nil {
			continue // then the proof's messages stay in its counts
		}
		received, delivered := traffic(metrics)
		s.state.change(func(now *known) {
			at := &now.nodes[i]
			at.proof, at.Received, at.Delivered = [2]int64{received, delivered}, 0, 0
		})
	}
}

func (s *System) unanswered(i int, asked node) {
	var silent bool
	s.state.change(func(now *known) {
		n := &now.nodes[i]
		if n.PID == asked.PID && n.State == asked.State && (n.State == status.Up || n.State == status.NotReady) {
			if n.unanswered++; n.unanswered < patientPolls {
				return // a busy machine
			}
			n.State, n.Why, silent = status.Silent, "it does not answer", true
		}
	})
	if silent && !s.stopping.Load() {
		s.feed.Notice(asked.Name, "%s does not answer: frozen?", asked.Name)
	}
}

// readMetrics reads the numbers without labels of a node's /metrics.
func readMetrics(ctx context.Context, url string) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := polling.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	numbers := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			numbers[name] = n
		}
	}
	return numbers, lines.Err()
}
