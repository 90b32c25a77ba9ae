package system

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Options say what to start. The zero value works: a master, two replicas and
// two nodes on free ports, without a map.
type Options struct {
	// Redis is "embedded", "server" (redis-server or valkey-server processes), or
	// "auto": a real server when one is on the PATH, else embedded. Default auto.
	Redis string
	// RedisPorts are the master's port, then one for each replica; 0 is a free one.
	// A taken port becomes the next free one. Default: three free ones.
	RedisPorts []int
	// Sentinels is how many of them watch the servers, and make another one the master when the master is gone. They need
	// real servers. Default 0: the master is the same one for ever.
	Sentinels int
	// SentinelPorts are their ports; 0 is a free one, and where there are fewer ports than Sentinels the next ones follow.
	// Default: free ones.
	SentinelPorts []int
	// DownAfter is how long a server may be silent until a Sentinel holds it to be down. Default 500ms.
	DownAfter time.Duration
	// Nodes is how many chat nodes there are. Default: as many as Ports, else 2.
	Nodes int
	// Ports are the nodes' ports; 0 is a free one, and where there are fewer ports
	// than nodes the next ones follow. Default: free ones.
	Ports []int
	// Host is the address that the nodes listen on. Default 127.0.0.1: this machine
	// alone. "0.0.0.0" lets other machines in; then the nodes answer under this machine's addresses, and under
	// the names that the variable ALLOWED_HOSTS lists.
	Host string
	// MapPort is the live map's port, always on 127.0.0.1. Default 0: no map.
	MapPort int
	// Open shows the map in this machine's browser once all is ready, if there is a
	// display. Default: no.
	Open bool
	// Key is the beginning of the channels' names, the nodes' CHANNEL_PREFIX: see
	// wire.CheckKey. Default "socket.io".
	Key string
	// Grace is how long a node's clients get to leave at the end. Default 1s.
	Grace time.Duration
	// Logs is the level from which the nodes' log lines are shown; with debug the Redis
	// servers' lines are shown, too. Default nil: only the last lines of a node that
	// dies.
	Logs *slog.Level

	// Node is the command that runs NodeMain, which takes no arguments; it is
	// started once for each node. Default: this program with the argument "node".
	Node []string
	// In is where commands are typed (see help). Default: nowhere.
	In io.Reader
	// Out gets the table and one line for each event. Default: nothing.
	Out io.Writer
	// Started is when the program began. Default: when Start is called.
	Started time.Time
}

// ErrOption is in the error of a bad option: one that would fail on every machine.
var ErrOption = errors.New("bad option")

// Check says what is wrong with the options, before anything is started.
func (o Options) Check() error {
	_, err := o.withDefaults()
	return err
}

func (o Options) withDefaults() (Options, error) {
	o.Redis = cmp.Or(o.Redis, "auto")
	o.Host = cmp.Or(o.Host, "127.0.0.1")
	o.Grace = cmp.Or(o.Grace, time.Second)
	o.Key = cmp.Or(o.Key, wire.DefaultKey)
	if o.RedisPorts == nil {
		o.RedisPorts = []int{0, 0, 0}
	}
	o.Nodes = cmp.Or(o.Nodes, len(o.Ports), 2)
	if o.Out == nil {
		o.Out = io.Discard
	}
	if o.Started.IsZero() {
		o.Started = time.Now()
	}
	bad := func(format string, args ...any) (Options, error) {
		return o, fmt.Errorf("%w: %w", ErrOption, fmt.Errorf(format, args...))
	}
	if err := wire.CheckKey(o.Key); err != nil {
		return bad("-channel-prefix %q: %w", o.Key, err)
	}
	switch {
	case !slices.Contains([]string{"auto", "embedded", "server"}, o.Redis):
		return bad("-redis %q: want auto, embedded or server", o.Redis)
	case o.Nodes < 1 || o.Nodes > 20:
		return bad("-nodes %d: want 1 to 20", o.Nodes)
	case len(o.Ports) > o.Nodes:
		return bad("-ports names %d ports for %d nodes: leave some away, or raise -nodes", len(o.Ports), o.Nodes)
	case o.Sentinels < 0 || o.Sentinels > 9:
		return bad("-sentinels %d: want 0 to 9", o.Sentinels)
	case len(o.SentinelPorts) > o.Sentinels:
		return bad("-sentinel-ports names %d ports for %d Sentinels: leave some away, or raise -sentinels", len(o.SentinelPorts), o.Sentinels)
	case o.Sentinels > 0 && o.Redis == "embedded":
		return bad("-sentinels %d with -redis embedded: %s", o.Sentinels, needsReal)
	case o.DownAfter < 0:
		return bad("-down-after %v: want a time above 0", o.DownAfter)
	case len(o.RedisPorts) < 2 || len(o.RedisPorts) > 10:
		return bad("-redis-ports names %d ports: want the master's, then one for each replica, up to 9", len(o.RedisPorts))
	}
	o.RedisPorts, o.Ports, o.SentinelPorts = slices.Clone(o.RedisPorts), followed(o.Ports, o.Nodes), followed(o.SentinelPorts, o.Sentinels)
	seen := map[int]bool{0: true}
	for _, port := range slices.Concat(o.RedisPorts, o.SentinelPorts, o.Ports, []int{o.MapPort}) {
		if port < 0 || port > 65535 {
			return bad("port %d: want 1 to 65535, or 0 for a free one", port)
		}
		if seen[port] && port != 0 {
			return bad("port %d is asked for twice", port)
		}
		seen[port] = true
	}
	return o, nil
}

// needsReal says what Sentinels would show, and how to get the servers that they need.
const needsReal = "Sentinels are redis-server processes, and watch such processes: with them you see how they vote when the master is killed, " +
	"how another server becomes the master, and how the nodes go there: install redis-server (Debian: apt-get install redis-server; macOS: brew install redis)"

// followed lets the ports after the last one follow: 3000, 3001 for three nodes
// is 3000, 3001, 3002.
func followed(ports []int, n int) []int {
	ports = slices.Clone(ports)
	for len(ports) < n {
		next := 0
		if len(ports) > 0 && ports[len(ports)-1] != 0 {
			next = ports[len(ports)-1] + 1
		}
		ports = append(ports, next)
	}
	return ports
}
