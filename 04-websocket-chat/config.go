package chat

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"
)

// Config is what a node's program reads from flags and from the environment:
// the flag -max-queue-bytes is the variable MAX_QUEUE_BYTES.
type Config struct {
	Host     string // address to listen on; "": all
	Port     int
	Node     string
	LogLevel slog.Level
	Peers    []string // base URLs of other nodes
	Grace    time.Duration
	Hub      Options
}

// Register declares the flags that every node has.
func (c *Config) Register(fs *flag.FlagSet) {
	// Not "host": HOST is set by some shells, to something else.
	fs.StringVar(&c.Host, "listen-host", "", "`address` to listen on (default: all)")
	fs.Func("port", "`port` to listen on; 0: a free one (default 3000)", Number(&c.Port, 0, 65535))
	fs.StringVar(&c.Node, "node-name", "", "this node's `name` (default: host name and port)")
	fs.TextVar(&c.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error")
	fs.Func("peers", "base `URLs` of other nodes, comma separated: where the page may go when this node is gone", c.peers)
	fs.Func("allowed-origins", "`origins` besides the same host whose pages may connect, comma separated; *: all", func(s string) error {
		c.Hub.AllowedOrigins = append(c.Hub.AllowedOrigins, list(s)...)
		for _, origin := range c.Hub.AllowedOrigins {
			if err := checkOrigin(origin); err != nil {
				return err
			}
		}
		return nil
	})
	fs.Func("grace", "`time` for clients to leave at the end (default 10s)", Positive(&c.Grace))
	fs.Func("max-message-bytes", "`bytes` of a client's message, at most (default 65536)", Number(&c.Hub.MaxMessageBytes, 1, 1<<30))
	fs.Func("max-queue-bytes", "`bytes` that may wait for one client (default 1048576)", Number(&c.Hub.MaxQueueBytes, 1, 1<<40))
	fs.Func("rate-per-second", "`messages` a client may send a second; 0: no limit (default 20)", c.rate)
	fs.Func("rate-burst", "`messages` at once (default 40)", Number(&c.Hub.RateBurst, 1, 1<<30))
	fs.Func("max-conns", "`connections` that this node takes; 0: no limit (default 0)", Number(&c.Hub.MaxConns, 0, 1<<30))
	fs.Func("max-conns-per-ip", "`connections` from one IPv4 address or IPv6 /64; behind a proxy all share one; 0: no limit (default 0)",
		Number(&c.Hub.MaxConnsPerIP, 0, 1<<30))
	c.Port, c.Grace = 3000, 10*time.Second
}

// Listen opens the node's port, and completes what depends on it.
func (c *Config) Listen() (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
	if err != nil {
		return nil, fmt.Errorf("listen on port %d: %w; choose another PORT", c.Port, err)
	}
	if c.Node == "" {
		host, _ := os.Hostname() // without one the port must do
		c.Node = net.JoinHostPort(cmp.Or(host, "node"), strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	c.Hub.Node = c.Node
	c.Hub.AllowedOrigins = append(c.Hub.AllowedOrigins, c.Peers...)
	return l, nil
}

// Logger writes structured lines for people.
func (c *Config) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
}

func (c *Config) peers(s string) error {
	for _, peer := range list(s) {
		u, err := url.Parse(peer)
		if err != nil || checkOrigin(peer) != nil || u.Host == "" {
			return fmt.Errorf("peer %q: give a base URL, as in http://127.0.0.1:3001", peer)
		}
		c.Peers = append(c.Peers, u.Scheme+"://"+u.Host)
	}
	return nil
}

func (c *Config) rate(s string) error {
	rate, err := strconv.ParseFloat(s, 64)
	if err != nil || !(rate >= 0 && rate <= 1e9) {
		return fmt.Errorf("give messages a second, as in 20, or 0 for no limit")
	}
	if c.Hub.RatePerSecond = rate; rate == 0 {
		c.Hub.RatePerSecond = -1
	}
	return nil
}

// Positive sets a duration of a millisecond or more: nothing here is faster.
func Positive(d *time.Duration) func(string) error {
	return func(s string) error {
		v, err := time.ParseDuration(s)
		if err != nil || v < time.Millisecond {
			return fmt.Errorf("give a time of 1ms or more, as in 250ms or 10s")
		}
		*d = v
		return nil
	}
}

// Number sets a whole number within limits.
func Number(n *int, least, most int) func(string) error {
	return func(s string) error {
		v, err := strconv.Atoi(s)
		if err != nil || v < least || v > most {
			return fmt.Errorf("give a whole number from %d to %d", least, most)
		}
		*n = v
		return nil
	}
}

func list(s string) (items []string) {
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// Parse reads flags, and what they leave out from the environment. What is
// wrong comes back as one sentence; -h prints the flags and is flag.ErrHelp.
func Parse(fs *flag.FlagSet, args []string) error {
	usage := fs.Output()
	fs.SetOutput(io.Discard) // else the flag package prints every flag below the sentence
	err := ff.Parse(fs, args, ff.WithEnvVars())
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(usage)
		fs.Usage()
		return err
	}
	if err == nil && fs.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: everything is a flag, see -h", fs.Arg(0))
	}
	if cause := errors.Unwrap(err); cause != nil {
		return cause // it says it all: "error parsing …" goes before it
	}
	return err
}
