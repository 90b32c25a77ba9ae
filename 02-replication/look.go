package replication

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// look reads a server's role, or says in a sentence why it cannot.
func look(ctx context.Context, c *redis.Client, addr string) (Server, string) {
	s := Server{Addr: addr, LagBytes: -1, Lag: -1}
	role, err := ReadRole(ctx, c)
	if err != nil {
		return s, fmt.Sprintf("%s: %v", addr, dial.Explain(ctx, c.Options(), err))
	}
	s.Answered, s.Role = true, role
	if role.Name != Master && role.Name != Replica {
		s.Answered = false
		return s, fmt.Sprintf("%s is a %s, not a server with keys", addr, role.Name)
	}
	return s, ""
}
