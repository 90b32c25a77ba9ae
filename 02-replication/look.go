package replication

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9"
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
	var dns *net.DNSError
	text := err.Error()
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("%s: there is no host of that name (%v)", addr, dns)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("%s: nobody there: no server listens on that port", addr)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s: no answer within a second: it is frozen, overloaded, or not Redis", addr)
	case strings.Contains(text, "WRONGPASS"), strings.Contains(text, "NOAUTH"), strings.Contains(text, "invalid password"), strings.Contains(text, "AUTH"):
		return fmt.Sprintf("%s: the server wants another name or password: set REDIS_PASSWORD, and REDIS_USERNAME if it is not default (%v)", addr, err)
	case strings.Contains(text, "NOPERM"):
		return fmt.Sprintf("%s: the user may not ask for the role: allow the command ROLE (%v)", addr, err)
	case strings.Contains(text, "invalid reply"), strings.Contains(text, "can't parse"):
		return fmt.Sprintf("%s: this is not Redis: its answer is another protocol (%v)", addr, err)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("%s: the server closed the connection without an answer: it is not Redis, or wants TLS", addr)
	}
	return fmt.Sprintf("%s: %v", addr, err)
}
