package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	replication "example.com/redis-chat/02-replication"
)

// watch prints a line when a server's role or link is another than before. It asks twice a second, until ctx ends.
func watch(ctx context.Context, w io.Writer, addrs []string) {
	clients := make([]*redis.Client, len(addrs))
	last := make([]string, len(addrs))
	for i, addr := range addrs {
		clients[i] = redis.NewClient(dial.Once(redis.Options{Addr: addr, DialTimeout: 300 * time.Millisecond, ReadTimeout: 300 * time.Millisecond}))
		defer clients[i].Close()
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		for i, c := range clients {
			now := state(ctx, c)
			if ctx.Err() != nil {
				return
			}
			if now != last[i] && last[i] != "" {
				fmt.Fprintf(w, "%s %s (%s): %s\n", time.Now().Format("15:04:05.0"), addrs[i], role(i), now)
			}
			last[i] = now
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func state(ctx context.Context, c *redis.Client) string {
	r, err := replication.ReadRole(ctx, c)
	switch {
	case err != nil:
		return "does not answer"
	case r.Name == replication.Master:
		return fmt.Sprintf("master, %d linked", len(r.Replicas))
	case r.Link == replication.Connected:
		return "linked to its master"
	}
	return "no link to its master (" + harmless.Text(r.Link) + ")"
}
