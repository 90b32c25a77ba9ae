package relay

import (
	"crypto/tls"
	"flag"
	"net"
	"strconv"

	"example.com/redis-chat/04-websocket-chat"
)

// Config is what a node's program reads from flags and from the environment:
// the flag -pub-host is the variable PUB_HOST.
type Config struct {
	chat.Config
	Relay     Options
	PprofAddr string // "": off

	pubHost, subHost string
	pubPort, subPort int
	useTLS           bool
}

// Parse reads them all. What is wrong comes back as one sentence.
func (c *Config) Parse(fs *flag.FlagSet, args []string) error {
	c.Register(fs)
	fs.StringVar(&c.pubHost, "pub-host", "127.0.0.1", "`host` of the master: what clients send is published there")
	fs.Func("pub-port", "`port` of the master (default 6379)", chat.Number(&c.pubPort, 1, 65535))
	fs.StringVar(&c.subHost, "sub-host", "", "`host` of this node's replica: what clients get comes from there (default: pub-host)")
	fs.Func("sub-port", "`port` of this node's replica (default: pub-port)", chat.Number(&c.subPort, 1, 65535))
	fs.StringVar(&c.Relay.Username, "redis-username", "", "`user` at both servers")
	fs.StringVar(&c.Relay.Password, "redis-password", "", "`password` at both servers; rather by the environment, where ps does not show it")
	fs.BoolVar(&c.useTLS, "redis-tls", false, "speak TLS with both servers")
	fs.Func("probe-interval", "`time` between probes; three late: not ready (default 250ms)", chat.Positive(&c.Relay.ProbeInterval))
	fs.Func("publish-timeout", "`time` from a client's message to its answer (default 1s)", chat.Positive(&c.Relay.PublishTimeout))
	fs.StringVar(&c.PprofAddr, "pprof-addr", "", "`host:port` for profiles, as in 127.0.0.1:6060 (default: off)")
	if err := chat.Parse(fs, args); err != nil {
		return err
	}
	c.addresses()
	return c.Hub.Check()
}

func (c *Config) addresses() {
	port := func(p, otherwise int) string {
		if p == 0 {
			p = otherwise
		}
		return strconv.Itoa(p)
	}
	if c.subHost == "" {
		c.subHost = c.pubHost
	}
	if c.pubPort == 0 {
		c.pubPort = 6379
	}
	c.Relay.PubAddr = net.JoinHostPort(c.pubHost, port(c.pubPort, 6379))
	c.Relay.SubAddr = net.JoinHostPort(c.subHost, port(c.subPort, c.pubPort))
	if c.useTLS {
		c.Relay.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
}
