package node

import (
	"errors"
	"flag"
	"strings"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/05-distributed-relay/places"
)

func (c *Config) registerSentinels(fs *flag.FlagSet) {
	fs.Func("sentinels", "`addresses` of Sentinels, comma separated: they say where the master and the replicas are, instead of pub-host and sub-host", cmdline.Addrs(&c.Sentinels))
	fs.Func("master-name", "`name` under which the Sentinels know the master (default mymaster)", func(s string) error {
		if strings.ContainsAny(s, " \t\r\n") || s == "" {
			return errors.New("want the word that stands in \"sentinel monitor\"")
		}
		c.MasterName = s
		return nil
	})
	fs.Func("sub-prefer", "`addresses` of servers to subscribe at while they are linked to the master, comma separated, the best first (default: spread by the nodes' names)", cmdline.Addrs(&c.SubPrefer))
	fs.StringVar(&c.sentinelLogin.Username, "sentinel-username", "", "`user` at the Sentinels")
	fs.StringVar(&c.sentinelLogin.Password, "sentinel-password", "", "`password` at the Sentinels; rather by the environment, where ps does not show it")
}

// checkSentinels refuses what contradicts: either the servers' addresses are given, or who knows them.
func (c *Config) checkSentinels() error {
	switch given := c.pubHost != "" || c.subHost != "" || c.pubPort != 0 || c.subPort != 0; {
	case len(c.Sentinels) > 0 && given:
		return errors.New("both SENTINELS and PUB_HOST, PUB_PORT, SUB_HOST or SUB_PORT are set: the Sentinels say where the servers are; leave out the others (SUB_PREFER says where this node would like to subscribe)")
	case len(c.Sentinels) == 0 && (c.MasterName != "" || len(c.SubPrefer) > 0):
		return errors.New("MASTER_NAME and SUB_PREFER are for SENTINELS, which is not set: give the addresses of the Sentinels, as in SENTINELS=127.0.0.1:26379")
	}
	return nil
}

// places makes what tells the relay where the servers are; nil: they stay where they are.
func (c *Config) places() *places.Sentinels {
	if len(c.Sentinels) == 0 {
		return nil
	}
	return places.New(places.Options{
		Sentinel: sentinel.Options{
			Addrs: c.Sentinels, Name: c.MasterName, Log: c.Relay.Log,
			Username: c.sentinelLogin.Username, Password: c.sentinelLogin.Password, TLS: c.Relay.TLS,
		},
		Node: c.Node, Prefer: c.SubPrefer, Client: c.Relay.Client,
	})
}
