package node

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Config is what a node's program reads from flags and from the environment:
// the flag -pub-host is the variable PUB_HOST.
type Config struct {
	chatnode.Config
	Relay     relay.Options
	PprofAddr string // "": off
	// PEM files of a certificate that is shown to Redis in TLS, which Run reads; default: none
	RedisCert, RedisKey string

	// Instead of the servers' addresses: who knows them.
	Sentinels  []string // host:port
	MasterName string   // default "mymaster"
	SubPrefer  []string // host:port of servers to subscribe at, the best first

	pubHost, subHost string
	pubPort, subPort int
	sentinelLogin    dial.Login
	login            dial.Login
}

// Parse reads them all. What is wrong comes back as one sentence.
func (c *Config) Parse(fs *flag.FlagSet, args []string) error {
	c.Register(fs)
	fs.Func("pub-host", "`host` of the master: what clients send is published there (default 127.0.0.1)", redisHost(&c.pubHost, "PUB_PORT"))
	fs.Func("pub-port", "`port` of the master (default 6379)", cmdline.Number(&c.pubPort, 1, 65535))
	fs.Func("sub-host", "`host` of this node's replica: what clients get comes from there (default: pub-host)", redisHost(&c.subHost, "SUB_PORT"))
	fs.Func("sub-port", "`port` of this node's replica (default: pub-port)", cmdline.Number(&c.subPort, 1, 65535))
	c.registerSentinels(fs)
	fs.Func("channel-prefix", "beginning of the channels' `names`, Socket.IO's key, for systems that share a Redis (default socket.io)", wire.SetKey(&c.Relay.Key))
	fs.StringVar(&c.login.Username, "redis-username", "", "`user` at both servers")
	fs.StringVar(&c.login.Password, "redis-password", "", "`password` at both servers; rather by the environment, where ps does not show it")
	fs.BoolFunc("redis-tls", "speak TLS with both servers", c.login.SetTLS)
	fs.StringVar(&c.RedisCert, "redis-cert", "", "`file` with this node's certificate, PEM, for servers that want one; read anew when it changes (default: none)")
	fs.StringVar(&c.RedisKey, "redis-key", "", "`file` with the key of redis-cert, PEM")
	fs.Func("probe-interval", "`time` between probes; three late: not ready (default 250ms)", cmdline.Time(&c.Relay.ProbeInterval, time.Millisecond))
	fs.Func("publish-timeout", "`time` from a client's message to its answer, or more where the master is far (default 1s)", cmdline.Time(&c.Relay.PublishTimeout, time.Millisecond))
	fs.Func("max-delay", "how late messages may come, as a `time`; later: not ready (default 5s)", cmdline.Time(&c.Relay.MaxDelay, time.Millisecond))
	fs.Func("pprof-addr", "`host:port` for profiles, as in 127.0.0.1:6060 (default: off)", c.pprof)
	if err := chatnode.Parse(fs, args); err != nil {
		return err
	}
	if err := c.checkSentinels(); err != nil {
		return cmdline.Usagef("%w", err)
	}
	c.addresses()
	c.Relay.Username, c.Relay.Password, c.Relay.TLS = c.login.Username, c.login.Password, c.login.TLS
	if err := c.Check(); err != nil {
		return cmdline.Usagef("%w", err)
	}
	return nil
}

// redisHost sets the host of a Redis server. Whoever gives its URL hears what to set instead.
func redisHost(host *string, port string) func(string) error {
	return func(s string) error {
		err := cmdline.Host(host)(s)
		if harmless.IsURL(s) {
			return fmt.Errorf("%w; its port goes into %s; %w", err, port, cmdline.ErrURL)
		}
		return err
	}
}

func (c *Config) addresses() {
	pubHost, pubPort := cmp.Or(c.pubHost, "127.0.0.1"), cmp.Or(c.pubPort, 6379)
	c.Relay.PubAddr = net.JoinHostPort(pubHost, strconv.Itoa(pubPort))
	c.Relay.SubAddr = net.JoinHostPort(cmp.Or(c.subHost, pubHost), strconv.Itoa(cmp.Or(c.subPort, pubPort)))
}

// certificate has the relay show a certificate, if there is one.
func (c *Config) certificate(log *slog.Logger) error {
	err := c.login.SetCertificate(c.RedisCert, c.RedisKey)
	if err == nil && c.login.Certificate != nil {
		c.login.Certificate.Log = log
	}
	return err
}

// certificates are this node's own, for clients and for Redis: when they end.
func (c *Config) certificates() map[string]func() time.Time {
	ends := map[string]func() time.Time{}
	if c.Certificate != nil {
		ends["TLS_CERT"] = c.Certificate.Until
	}
	if c.login.Certificate != nil {
		ends["REDIS_CERT"] = c.login.Certificate.Until
	}
	return ends
}

func (c *Config) pprof(s string) error {
	host, port, err := net.SplitHostPort(s)
	var number int
	if err != nil || host != "" && cmdline.CheckHost(host) != nil || cmdline.Number(&number, 0, 65535)(port) != nil {
		return errors.New("want host and port, as in 127.0.0.1:6060")
	}
	c.PprofAddr = s
	return nil
}
