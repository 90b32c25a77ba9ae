package replication

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/redis/go-redis/v9"

	basics "example.com/redis-chat/01-redis-basics"
)

// look reads a server's role, or says in a sentence why it cannot.
func look(ctx context.Context, c *redis.Client, addr string) (Server, string) {
	s := Server{Addr: addr, LagBytes: -1, Lag: -1}
	role, err := ReadRole(ctx, c)
	if err != nil {
		return s, diagnose(addr, err)
	}
	s.Answered, s.Role = true, role
	if role.Name != Master && role.Name != Replica {
		s.Answered = false
		return s, fmt.Sprintf("%s is a %s, not a server with keys", addr, role.Name)
	}
	return s, ""
}

// diagnose makes a sentence of what went wrong at the first contact with a server.
func diagnose(addr string, err error) string {
	switch basics.Diagnose(err) {
	case basics.NobodyThere:
		if dns, ok := errors.AsType[*net.DNSError](err); ok {
			return fmt.Sprintf("%s: there is no host of that name (%v)", addr, dns)
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Sprintf("%s: nobody there: no server listens on that port", addr)
		}
		return fmt.Sprintf("%s: nobody there (%v)", addr, err)
	case basics.NoAnswer:
		return fmt.Sprintf("%s: no answer within a second: it is frozen, overloaded, or not Redis", addr)
	case basics.ConnectionEnded:
		return fmt.Sprintf("%s: the server closed the connection without an answer: it is not Redis, or wants TLS", addr)
	case basics.CredentialsRefused:
		return fmt.Sprintf("%s: the server wants another name or password: set REDIS_PASSWORD, and REDIS_USERNAME if it is not default (%v)", addr, err)
	case basics.NotPermitted:
		return fmt.Sprintf("%s: the user may not ask for the role: allow the command ROLE (%v)", addr, err)
	case basics.NotRedis:
		return fmt.Sprintf("%s: this is not Redis: its answer is another protocol (%v)", addr, err)
	}
	return fmt.Sprintf("%s: %v", addr, err)
}
