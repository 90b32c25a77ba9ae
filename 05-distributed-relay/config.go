package relay

import (
	"cmp"
	"crypto/tls"
	"errors"
	"flag"
	"net"
	"net/netip"
	"strconv"
	"strings"

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
}

// Parse reads them all. What is wrong comes back as one sentence.
func (c *Config) Parse(fs *flag.FlagSet, args []string) error {
	c.Register(fs)
	fs.Func("pub-host", "`host` of the master: what clients send is published there (default 127.0.0.1)", host(&c.pubHost))
	fs.Func("pub-port", "`port` of the master (default 6379)", chat.Number(&c.pubPort, 1, 65535))
	fs.Func("sub-host", "`host` of this node's replica: what clients get comes from there (default: pub-host)", host(&c.subHost))
	fs.Func("sub-port", "`port` of this node's replica (default: pub-port)", chat.Number(&c.subPort, 1, 65535))
	fs.StringVar(&c.Relay.Username, "redis-username", "", "`user` at both servers")
	fs.StringVar(&c.Relay.Password, "redis-password", "", "`password` at both servers; rather by the environment, where ps does not show it")
	fs.BoolFunc("redis-tls", "speak TLS with both servers", c.tls)
	fs.Func("probe-interval", "`time` between probes; three late: not ready (default 250ms)", chat.Positive(&c.Relay.ProbeInterval))
	fs.Func("publish-timeout", "`time` from a client's message to its answer (default 1s)", chat.Positive(&c.Relay.PublishTimeout))
	fs.Func("pprof-addr", "`host:port` for profiles, as in 127.0.0.1:6060 (default: off)", c.pprof)
	if err := chat.Parse(fs, args); err != nil {
		return err
	}
	c.addresses()
	return c.Hub.Check()
}

func (c *Config) addresses() {
	pubHost, pubPort := cmp.Or(c.pubHost, "127.0.0.1"), cmp.Or(c.pubPort, 6379)
	c.Relay.PubAddr = net.JoinHostPort(pubHost, strconv.Itoa(pubPort))
	c.Relay.SubAddr = net.JoinHostPort(cmp.Or(c.subHost, pubHost), strconv.Itoa(cmp.Or(c.subPort, pubPort)))
}

// host sets a server's host. A port within it is a mistake that would else be
// taken for a server that is not there yet, and waited for.
func host(name *string) func(string) error {
	return func(s string) error {
		_, err := netip.ParseAddr(s)
		if s == "" || err != nil && strings.ContainsAny(s, ":/[] \t") {
			return errors.New("give a host name or an address alone; its port is a flag of its own")
		}
		*name = s
		return nil
	}
}

func (c *Config) tls(s string) error {
	on, err := strconv.ParseBool(s)
	if err != nil {
		return errors.New("give true or false")
	}
	if c.Relay.TLS = nil; on {
		c.Relay.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return nil
}

func (c *Config) pprof(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("give host and port, as in 127.0.0.1:6060")
	}
	var number int
	if err := chat.Number(&number, 0, 65535)(port); err != nil {
		return err
	}
	c.PprofAddr = s
	return nil
}
