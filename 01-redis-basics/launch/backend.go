package launch

import (
	"fmt"
	"os"
	"strings"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
)

// Kind is a way to come by a Redis server.
type Kind int

// The kinds. The zero value needs nothing installed.
const (
	KindEmbedded Kind = iota // inside this process
	KindServer               // redis-server or valkey-server processes of our own
	KindRunning              // servers that somebody else runs: never stopped, flushed or renamed
)

func (k Kind) String() string {
	switch k {
	case KindEmbedded:
		return "embedded"
	case KindServer:
		return "server"
	case KindRunning:
		return "running"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Backend says where Redis comes from. The zero value is the embedded server.
type Backend struct {
	Kind  Kind
	Addrs []string // KindRunning: host:port each, the master first
}

// String is what ParseBackend reads.
func (b Backend) String() string {
	if b.Kind == KindRunning {
		return strings.Join(b.Addrs, ",")
	}
	return b.Kind.String()
}

// ParseBackend reads "" or "embedded", "server", or host:port[,host:port…].
func ParseBackend(s string) (Backend, error) {
	switch s = strings.TrimSpace(s); s {
	case "", "embedded":
		return Backend{}, nil
	case "server":
		return Backend{Kind: KindServer}, nil
	}
	b := Backend{Kind: KindRunning}
	for addr := range strings.SplitSeq(s, ",") {
		addr = strings.TrimSpace(addr)
		if cmdline.CheckAddr(addr) != nil {
			err := fmt.Errorf("%q: want embedded, server, or host:port[,host:port…] of running servers, the master first", harmless.Value(s))
			if harmless.IsURL(s) {
				err = fmt.Errorf("%w; %w", err, cmdline.ErrURL)
			}
			return Backend{}, err
		}
		b.Addrs = append(b.Addrs, addr)
	}
	return b, nil
}

// OwnFromEnv reads the variable WORKBOOK_REDIS for a program that starts servers of its own: embedded, server, or auto when it is
// unset, which is a server when there is one on the PATH. Addresses are refused: whoever names servers means those, and no others.
func OwnFromEnv() (string, error) {
	b, err := BackendFromEnv()
	switch {
	case err != nil:
		return "", err
	case b.Kind == KindRunning:
		return "", fmt.Errorf("WORKBOOK_REDIS %q: want embedded or server, as this program starts servers of its own; or unset it", b)
	case os.Getenv("WORKBOOK_REDIS") == "":
		return "auto", nil
	}
	return b.String(), nil
}

// BackendFromEnv reads the variable WORKBOOK_REDIS.
func BackendFromEnv() (Backend, error) {
	b, err := ParseBackend(os.Getenv("WORKBOOK_REDIS"))
	if err != nil {
		return b, fmt.Errorf("WORKBOOK_REDIS %w", err)
	}
	return b, nil
}
