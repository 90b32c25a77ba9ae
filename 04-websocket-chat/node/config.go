package node

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/peterbourgon/ff/v3"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/keypair"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/04-websocket-chat/origin"
	"example.com/redis-chat/04-websocket-chat/page"
	"example.com/redis-chat/04-websocket-chat/token"
)

// Config is what a node's program reads from flags and from the environment:
// the flag -max-queue-bytes is the variable MAX_QUEUE_BYTES.
type Config struct {
	Host     string // address to listen on; "": this machine's loopback, 0.0.0.0: all
	Port     int
	Node     string
	LogLevel slog.Level
	Peers    []string       // base URLs of other nodes
	Frames   []string       // origins of pages that may show the chat page in a frame
	Trusted  []netip.Prefix // proxies whose X-Forwarded-For is believed
	Delay    time.Duration  // from the wish to leave, which /readyz tells, until clients are closed
	Grace    time.Duration
	Hub      chat.Options
	// AllowedHosts are the names under which the node answers, besides those of loopback; "*": any. Default: on
	// loopback no other, else any.
	AllowedHosts []string
	Tokens       token.Keys     // a client needs a token of one of them; none: nobody needs one
	Sockets      int            // that clients may have open, WebSockets and all others; Listen sets it. 0: not known
	Certificate  *keypair.Files // of TLSCert and TLSKey, read by Listen; nil: the node speaks HTTP

	TLSCert, TLSKey       string // PEM files
	AdminAddr, AdminToken string // see ServeAdmin; "": off, and none
}

// Register declares the flags that every node has.
func (c *Config) Register(fs *flag.FlagSet) {
	c.registerTLS(fs)
	c.registerAdmin(fs)
	// Not "host": HOST is set by some shells, to something else.
	fs.Func("listen-host", "`address` to listen on; 0.0.0.0 lets other machines in (default: this machine alone)", cmdline.Host(&c.Host))
	fs.Func("port", "`port` to listen on; 0: a free one (default 3000)", cmdline.Number(&c.Port, 0, 65535))
	fs.Func("node-name", "this node's `name` (default: host name and port)", c.name)
	fs.TextVar(&c.LogLevel, "log-level", slog.LevelInfo, "debug, info, warn or error")
	fs.Func("peers", "base `URLs` of other nodes, comma separated: where the page may go when this node is gone", withoutUsers(c.peers))
	fs.Func("allowed-origins", "`origins` besides the same host whose pages may connect, comma separated; *: all", withoutUsers(c.origins))
	fs.Func("allowed-hosts", "`names` under which this node answers, comma separated; *: any (default: on this machine alone its own names, else any)", c.hosts)
	fs.Func("frame-ancestors", "`origins` of pages that may show the chat page in a frame, comma separated (default: none)", withoutUsers(c.frames))
	fs.Func("trusted-proxies", "`addresses` and networks of proxies whose X-Forwarded-For is believed, comma separated (default: none)", c.trust)
	fs.Func("drain-delay", "`time` at the end in which the node only is not ready, until a balancer has noticed; then grace (default 0s)", c.delay)
	fs.Func("grace", "`time` for clients to leave at the end (default 10s)", cmdline.Time(&c.Grace, time.Millisecond))
	fs.Func("max-message-bytes", "`bytes` of a client's message, at most (default 65536)", cmdline.Number(&c.Hub.MaxMessageBytes, 1, 1<<30))
	fs.Func("max-queue-bytes", "`bytes` that may wait for one client (default 1048576)", cmdline.Number(&c.Hub.MaxQueueBytes, 1, 1<<40))
	fs.Func("rate-per-second", "`messages` a client may send a second; 0: no limit, nor for what follows from it (default 20)", perSecond(&c.Hub.RatePerSecond, "messages a second, as in 20"))
	fs.Func("rate-burst", "`messages` at once (default 40)", cmdline.Number(&c.Hub.RateBurst, 1, 1<<30))
	shared := &c.Hub.Shared
	fs.Func("rate-per-ip", "`messages` a second from one IPv4 address or IPv6 /64, over all its connections; 0: no limit (default 30 × rate-per-second)", perSecond(&shared.PerIP, "messages a second, as in 600"))
	fs.Func("rate-per-node", "`messages` a second of all clients; 0: no limit (default 250 × rate-per-second)", perSecond(&shared.PerNode, "messages a second, as in 5000"))
	fs.Func("bytes-per-second", "`bytes` a client may send a second; 0: no limit (default 131072)", perSecond(&c.Hub.BytesPerSecond, "bytes a second, as in 131072"))
	fs.Func("bytes-per-ip", "`bytes` a second from one address; 0: no limit (default 4 × bytes-per-second)", perSecond(&shared.BytesPerIP, "bytes a second, as in 524288"))
	fs.Func("new-conns-per-ip", "`connections` that one address may open a second; 0: no limit (default 1000)", perSecond(&shared.NewConnsPerIP, "connections a second, as in 1000"))
	fs.Func("new-conns-per-node", "`connections` that all may open a second; 0: no limit (default 2000)", perSecond(&shared.NewConnsPerNode, "connections a second, as in 2000"))
	fs.Func("max-conns", "`connections` that this node takes; 0: no limit (default: as open files allow)", c.maxConns)
	fs.Func("max-conns-per-ip", "`connections` from one IPv4 address or IPv6 /64; behind a proxy all share one; 0: no limit (default 0)",
		cmdline.Number(&c.Hub.MaxConnsPerIP, 0, 1<<30))
	c.registerTokens(fs)
	c.Port, c.Grace = 3000, 10*time.Second
}

// Check says what does not fit together.
func (c *Config) Check() error { return cmp.Or(c.checkTokens(), c.Hub.Check()) }

// Listen reads the certificate, opens the node's port, and completes what depends on it.
func (c *Config) Listen() (net.Listener, error) {
	var err error
	if c.Certificate, err = keypair.Load("TLS", c.TLSCert, c.TLSKey); err != nil {
		return nil, err
	}
	l, err := c.listen()
	if err != nil {
		return nil, c.cannotListen(err)
	}
	if c.Node == "" {
		host, _ := os.Hostname() // without one the port must do
		c.Node = net.JoinHostPort(cmp.Or(host, "node"), strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	c.Hub.Node = c.Node
	c.Hub.AllowedOrigins = append(c.Hub.AllowedOrigins, c.Peers...)
	c.admitByTokens()
	c.completeLimits(mostFiles())
	return l, nil
}

func (c *Config) listen() (net.Listener, error) {
	if c.Host == "" {
		return listenLoopback(c.Port)
	}
	return net.Listen("tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
}

// LogWhere says who can reach the node, and whom it lets in.
func (c *Config) LogWhere(log *slog.Logger, l net.Listener) {
	c.logTLS(log)
	switch {
	case onLoopback(l) && c.Host == "":
		log.Info("this machine alone can connect; LISTEN_HOST=0.0.0.0 lets others in")
	case !onLoopback(l) && len(c.AllowedHosts) == 0:
		log.Info("other machines can connect, under any name; ALLOWED_HOSTS lists the names")
	}
	c.logTokens(log)
}

// cannotListen names the variable that needs another value.
func (c *Config) cannotListen(err error) error {
	why := err
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		why = operation.Err // without the address, which is here already
	}
	switch _, lookup := errors.AsType[*net.DNSError](err); {
	case lookup, errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("listen on %s: %w; choose an address of this machine for LISTEN_HOST", c.Host, why)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("listen on port %d: %w; choose a PORT of 1024 or above, which needs no right", c.Port, why)
	}
	return fmt.Errorf("listen on port %d: %w; choose another PORT", c.Port, why)
}

// Logger writes structured lines for people; not all of a flood, see LogLeftOut.
func (c *Config) Logger() *slog.Logger {
	return slog.New(newSparse(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel})))
}

// withoutUsers is for a list of URLs whose errors name the one that is wrong. A password may hold a comma: so a list with
// a user in it is refused as a whole.
func withoutUsers(set func(string) error) func(string) error {
	return func(s string) error {
		if strings.Contains(s, "@") {
			return errors.New("want scheme and host of each, as in http://127.0.0.1:3001: no user and no password, which stand before an @")
		}
		return set(s)
	}
}

func (c *Config) origins(s string) error {
	for _, written := range list(s) {
		allowed, err := origin.Canonical(written)
		if err != nil {
			return err
		}
		c.Hub.AllowedOrigins = append(c.Hub.AllowedOrigins, allowed)
	}
	return nil
}

func (c *Config) peers(s string) error {
	for _, written := range list(s) {
		peer, err := origin.Canonical(written)
		if strings.IndexFunc(written, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
			return fmt.Errorf("peer %q: browsers write it in ASCII letters, as xn--…: copy it from there", harmless.Value(written))
		}
		if err != nil || !strings.HasPrefix(peer, "http") {
			return fmt.Errorf("peer %q: want a base URL, as in http://127.0.0.1:3001", harmless.Value(written))
		}
		c.Peers = append(c.Peers, peer)
	}
	return nil
}

func (c *Config) frames(s string) error {
	for _, written := range list(s) {
		framing, err := origin.Canonical(written)
		if err != nil || len(page.Origins([]string{framing})) == 0 {
			return fmt.Errorf("%q: want scheme and host of a page, as in http://127.0.0.1:8080; an IPv6 address, which a page's policy cannot hold, needs a name", harmless.Value(written))
		}
		c.Frames = append(c.Frames, framing)
	}
	return nil
}

// name is shown to people, in lines of text.
func (c *Config) name(s string) error {
	if len(s) > 255 || !frame.ValidLabel(s) {
		return errors.New("want 1 to 255 bytes that can be printed")
	}
	c.Node = s
	return nil
}

func (c *Config) delay(s string) error {
	if c.Delay = 0; s == "0" || s == "0s" {
		return nil
	}
	return cmdline.Time(&c.Delay, time.Millisecond)(s)
}

// perSecond reads a rate. Where 0 is no limit, below 0 says so to the hub: its 0 is the default.
func perSecond(to *float64, want string) func(string) error {
	return func(s string) error {
		var rate float64
		if cmdline.Rate(&rate, 0, 1e9)(s) != nil {
			return errors.New("want " + want + ", or 0 for no limit")
		}
		if *to = rate; rate == 0 {
			*to = -1
		}
		return nil
	}
}

func (c *Config) maxConns(s string) error {
	if err := cmdline.Number(&c.Hub.MaxConns, 0, 1<<30)(s); err != nil {
		return err
	}
	if c.Hub.MaxConns == 0 {
		c.Hub.MaxConns = -1 // no limit, where 0 is for Listen to set
	}
	return nil
}

func list(s string) (items []string) {
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// Parse reads the flags, and takes from the environment what they leave out. A mistake
// comes back as an error of one sentence; -h prints the flags and gives flag.ErrHelp.
func Parse(fs *flag.FlagSet, args []string) error {
	usage := fmt.Sprintf("usage: %s [flags]\n\nEach flag is a variable too: -max-queue-bytes is MAX_QUEUE_BYTES. An empty one counts as not set.", fs.Name())
	if err := cmdline.Parse(fs, args, usage, ff.WithEnvVars()); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return cmdline.Usagef("unexpected argument %q: everything is a flag, as in -port=3000, see -h", harmless.Value(fs.Arg(0)))
	}
	return nil
}
