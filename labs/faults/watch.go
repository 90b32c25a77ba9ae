package faults

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
)

// watch asks every few milliseconds whether something works, and notes when the
// answer changed.
type watch struct {
	began time.Time
	mu    sync.Mutex
	turns []turn
}

type turn struct {
	at   time.Duration
	well bool
}

const askEvery = 10 * time.Millisecond

func (w *watch) run(ctx context.Context, well func(context.Context) bool) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		now := well(ctx)
		if ctx.Err() != nil {
			return
		}
		w.mu.Lock()
		if n := len(w.turns); n == 0 || w.turns[n-1].well != now {
			w.turns = append(w.turns, turn{time.Since(w.began), now})
		}
		w.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// firstAfter is when the answer first became yes after a time, or no if well is false.
func (w *watch) firstAfter(after time.Duration, well bool) (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.turns {
		if t.at >= after && t.well == well {
			return t.at, true
		}
	}
	return 0, false
}

// last is the last answer, and since when it is so.
func (w *watch) last() turn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.turns) == 0 {
		return turn{}
	}
	return w.turns[len(w.turns)-1]
}

// readiness asks a node's /readyz.
func readiness(addr string) func(context.Context) bool {
	web := &http.Client{Timeout: time.Second}
	return func(ctx context.Context) bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
		if err != nil {
			return false
		}
		resp, err := web.Do(req)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
}

// linkState asks a replica whether its link to the master is up.
func linkState(addr string) func(context.Context) bool {
	client := redis.NewClient(dial.Once(redis.Options{Addr: addr, DialTimeout: 200 * time.Millisecond, ReadTimeout: 200 * time.Millisecond}))
	return func(ctx context.Context) bool {
		role, err := replication.ReadRole(ctx, client)
		if ctx.Err() != nil {
			_ = client.Close()
		}
		return err == nil && role.Link == replication.Connected
	}
}

// metrics reads numbers of a node's /metrics that have no labels.
func metrics(ctx context.Context, addr string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask node %s what it has counted: %w", addr, err)
	}
	defer resp.Body.Close()
	values := map[string]float64{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			values[name] = v
		}
	}
	return values, nil
}

const (
	missedMetric, repeatedMetric = "chat_messages_missed_total", "chat_messages_repeated_total"
	probedMetric                 = "chat_probe_timestamp_seconds"
)
