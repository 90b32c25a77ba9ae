package node_test

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	chat "example.com/redis-chat/04-websocket-chat"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	"example.com/redis-chat/04-websocket-chat/token"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/node"
)

// values are of every flag, each other than its default.
var values = map[string]string{
	"port": "3456", "node-name": "n1", "log-level": "debug", "grace": "2s", "listen-host": "127.0.0.1", "allowed-hosts": "chat.example.com,10.0.0.5",
	"peers": "http://127.0.0.1:3001", "allowed-origins": "https://a.example.com", "frame-ancestors": "http://127.0.0.1:8080",
	"max-message-bytes": "1000", "max-queue-bytes": "20000", "rate-per-second": "2.5", "rate-burst": "3",
	"pub-host": "master.example.com", "pub-port": "7000", "sub-host": "::1", "sub-port": "7001",
	"redis-username": "chat", "redis-password": "secret", "redis-tls": "true", "redis-cert": "/etc/redis.crt", "redis-key": "/etc/redis.key",
	"max-conns": "100", "max-conns-per-ip": "7", "trusted-proxies": "10.0.0.5", "drain-delay": "4s",
	"rate-per-ip": "7.5", "rate-per-node": "70", "bytes-per-second": "5000", "bytes-per-ip": "6000", "new-conns-per-ip": "0", "new-conns-per-node": "8",
	"admin-addr": "unix:/run/chat.sock", "admin-token": "0123456789abcdef",
	"tls-cert": "/etc/chat.crt", "tls-key": "/etc/chat.key",
	"probe-interval": "50ms", "publish-timeout": "3s", "max-delay": "7s", "pprof-addr": "127.0.0.1:0", "channel-prefix": "shop",
	"token-keys": "hs256:a:YWxpY2UgYW5kIGJvYiBrbm93IHRoaXMgYW5kIG5vYm9keSBlbHNl", "token-audience": "chat",
}

// instead are of the flags that stand in place of the servers' addresses.
var instead = map[string]string{
	"sentinels": "10.0.0.1:26379,sentinel.example.com:26379", "master-name": "chat", "sub-prefer": "10.0.0.2:6380,10.0.0.3:6380",
	"sentinel-username": "watcher", "sentinel-password": "secret",
}

func variable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// all are the values of both.
func all() map[string]string {
	both := maps.Clone(values)
	maps.Copy(both, instead)
	return both
}

// configured is what a node reads from these flags and variables.
func configured(t *testing.T, args []string, env map[string]string) (node.Config, error) {
	t.Helper()
	for name := range all() {
		t.Setenv(variable(name), "") // empty is as good as not set
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c node.Config
	return c, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), args)
}

func TestDefaultsOfANode(t *testing.T) {
	c, err := configured(t, nil, nil)
	require.NoError(t, err)
	require.Equal(t, chatnode.Config{Port: 3000, Grace: 10 * time.Second, LogLevel: slog.LevelInfo}, c.Config)
	require.Equal(t, relay.Options{PubAddr: "127.0.0.1:6379", SubAddr: "127.0.0.1:6379"}, c.Relay)
	require.Empty(t, c.PprofAddr)
}

// Whom a node listens to follows whom it publishes to, as far as it is not told.
func TestReplicaIsAtTheMastersAddressUnlessTold(t *testing.T) {
	for _, row := range []struct {
		env      map[string]string
		pub, sub string
	}{
		{map[string]string{"PUB_HOST": "a"}, "a:6379", "a:6379"},
		{map[string]string{"PUB_PORT": "1"}, "127.0.0.1:1", "127.0.0.1:1"},
		{map[string]string{"PUB_HOST": "a", "PUB_PORT": "1"}, "a:1", "a:1"},
		{map[string]string{"PUB_HOST": "a", "SUB_PORT": "2"}, "a:6379", "a:2"},
		{map[string]string{"PUB_PORT": "1", "SUB_HOST": "b"}, "127.0.0.1:1", "b:1"},
		{map[string]string{"PUB_HOST": "::1", "SUB_HOST": "b", "SUB_PORT": "2"}, "[::1]:6379", "b:2"},
	} {
		c, err := configured(t, nil, row.env)
		require.NoError(t, err)
		require.Equal(t, row.pub, c.Relay.PubAddr, row.env)
		require.Equal(t, row.sub, c.Relay.SubAddr, row.env)
	}
}

func TestEveryFlagIsAVariableToo(t *testing.T) {
	env, other := map[string]string{}, map[string]string{}
	var args []string
	for name, value := range values {
		env[variable(name)], other[variable(name)] = value, "not even valid"
		args = append(args, "-"+name+"="+value)
	}
	tokens := token.Keys{Audience: values["token-audience"]}
	require.NoError(t, tokens.Set(values["token-keys"]))
	for way, read := range map[string]func() (node.Config, error){
		"variables":                              func() (node.Config, error) { return configured(t, nil, env) },
		"flags, which count more than variables": func() (node.Config, error) { return configured(t, args, other) },
	} {
		c, err := read()
		require.NoError(t, err, way)
		require.Equal(t, chatnode.Config{
			Port: 3456, Node: "n1", LogLevel: slog.LevelDebug, Grace: 2 * time.Second, Host: "127.0.0.1",
			Peers: []string{"http://127.0.0.1:3001"}, Frames: []string{"http://127.0.0.1:8080"},
			AllowedHosts: []string{"chat.example.com", "10.0.0.5"}, Tokens: tokens, TLSCert: "/etc/chat.crt", TLSKey: "/etc/chat.key",
			AdminAddr: "unix:/run/chat.sock", AdminToken: "0123456789abcdef",
			Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32")}, Delay: 4 * time.Second,
			Hub: chat.Options{
				MaxMessageBytes: 1000, MaxQueueBytes: 20_000, RatePerSecond: 2.5, RateBurst: 3, MaxConns: 100, MaxConnsPerIP: 7,
				BytesPerSecond: 5000, Shared: chat.SharedRates{PerIP: 7.5, PerNode: 70, BytesPerIP: 6000, NewConnsPerIP: -1, NewConnsPerNode: 8},
				AllowedOrigins: []string{"https://a.example.com"},
			},
		}, c.Config, way)
		require.Equal(t, relay.Options{
			PubAddr: "master.example.com:7000", SubAddr: "[::1]:7001", Username: "chat", Password: "secret",
			TLS:           &tls.Config{MinVersion: tls.VersionTLS12},
			ProbeInterval: 50 * time.Millisecond, PublishTimeout: 3 * time.Second, MaxDelay: 7 * time.Second, Key: "shop",
		}, c.Relay, way)
		require.Equal(t, "127.0.0.1:0", c.PprofAddr, way)
		require.Equal(t, []string{"/etc/redis.crt", "/etc/redis.key"}, []string{c.RedisCert, c.RedisKey}, way)
	}
}

func TestBadValueIsOneSentenceThatNamesIt(t *testing.T) {
	const (
		host  = "want a host name or an address alone, such as 127.0.0.1: no scheme, no port, no list"
		port  = "want a whole number from 1 to 65535"
		times = "want a time from 1ms to 24h, with its unit, as in 250ms or 10s"
		bytes = "want a whole number from 1 to "
		truth = "want true or false"
		addr  = "want host and port, as in 127.0.0.1:6060"
	)
	for name, bad := range map[string]struct {
		wants  string
		values []string
	}{
		"port":               {"want a whole number from 0 to 65535", []string{"x", "-1", "65536", " 3000 ", "3000,", ":3000", "localhost:3000", "0x10", "3e3", "99999999999999999999"}},
		"listen-host":        {host, []string{"127.0.0.1:3000", "localhost:", "http://localhost", "a b", "127.0.0.1/", "127.0.0.256"}},
		"allowed-hosts":      {"want names and addresses alone, without scheme and port, as in chat.example.com,10.0.0.5, or *", []string{"http://a", "a:443", "*.a", "a b", "10.0.0.0/8"}},
		"node-name":          {"want 1 to 255 bytes that can be printed", []string{"a\nb", "\x1b[2J", " ", strings.Repeat("x", 256)}},
		"log-level":          {"want debug, info, warn or error", []string{"loud", "verbose", "warning", " info"}},
		"grace":              {times, []string{"10", "0s", "-1s", "999999h", "soon"}},
		"trusted-proxies":    {"want an address or a network, as in 10.0.0.5 or 10.0.0.0/24; no name, no port", []string{"proxy", "10.0.0.5:80", "10.0.0.0/33", "*", "10.0.0.5;10.0.0.6"}},
		"drain-delay":        {times, []string{"3", "-1s", "999999h", "soon"}},
		"peers":              {"want a base URL, as in http://127.0.0.1:3001", []string{"127.0.0.1:3001", "localhost", "ftp://a", "http://", "http://a/x", "http://a:0", "http://a:65536", "http://a:", "*", "http://a,b"}},
		"allowed-origins":    {"want scheme and host, as in https://chat.example.com, or *", []string{"example.com", "https://a/x", "https://a:99999", "https://a:", "ws://a", "https://a,b"}},
		"frame-ancestors":    {"want scheme and host of a page, as in http://127.0.0.1:8080", []string{"*", "example.com", "https://a/x", "https://a b"}},
		"max-message-bytes":  {bytes, []string{"0", "-1", "64k", "99999999999999999999"}},
		"max-queue-bytes":    {bytes, []string{"0", "1MB"}},
		"rate-per-second":    {"want messages a second, as in 20, or 0 for no limit", []string{"-1", "many", "NaN", "Inf", "1e400", "20/s"}},
		"rate-burst":         {bytes, []string{"0", "x"}},
		"max-conns":          {"want a whole number from 0 to ", []string{"-1", "many"}},
		"max-conns-per-ip":   {"want a whole number from 0 to ", []string{"-1", "many"}},
		"pub-host":           {host, []string{"127.0.0.1:6379", "redis://127.0.0.1", "http://127.0.0.1", "a b", "[::1]", "localhost:", "a/", "a,b", ",", "a..b", "*"}},
		"sub-host":           {host, []string{"127.0.0.1:6380", "a/b", " 127.0.0.1", "127.0.0.1,127.0.0.2"}},
		"pub-port":           {port, []string{"0", "-1", "65536", "x", "6379 ", "tcp://127.0.0.1:6379"}},
		"sub-port":           {port, []string{"0", "x"}},
		"redis-tls":          {truth, []string{"maybe", "2", "yes", "on", "tls"}},
		"probe-interval":     {times, []string{"250", "0s", "-1s", "1ns", "999999h", "often"}},
		"max-delay":          {times, []string{"1", "0s", "-1s", "999999h"}},
		"publish-timeout":    {times, []string{"1", "0s", "-1s", "999999h"}},
		"channel-prefix":     {`want 1 to 128 bytes that can be printed, without spaces and without # * ? [ ] \`, []string{"a#b", "a*", "a?", "[a]", `a\b`, "a b", " ", "a\nb", "\xff", "a\u200bb", strings.Repeat("x", 129)}},
		"admin-addr":         {"want host and port, as 127.0.0.1:9000, or unix: and a path", []string{"9000", "127.0.0.1", "http://127.0.0.1:9000", "unix:", "a b:1"}},
		"pprof-addr":         {addr, []string{"6060", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:", "http://127.0.0.1:6060", "a b:6060"}},
		"sentinels":          {"", []string{"127.0.0.1", "redis://127.0.0.1:26379", "127.0.0.1:26379;127.0.0.1:26380", "127.0.0.1:0", "a b:1"}},
		"sub-prefer":         {"", []string{"127.0.0.1", "http://127.0.0.1:6380"}},
		"master-name":        {`want the word that stands in "sentinel monitor"`, []string{"a b", "a\n"}},
		"rate-per-ip":        {"want messages a second, as in 600, or 0 for no limit", []string{"-1", "many"}},
		"rate-per-node":      {"want messages a second, as in 5000, or 0 for no limit", []string{"-1", "many"}},
		"bytes-per-second":   {"want bytes a second, as in 131072, or 0 for no limit", []string{"-1", "64k"}},
		"bytes-per-ip":       {"want bytes a second, as in 524288, or 0 for no limit", []string{"-1", "64k"}},
		"new-conns-per-ip":   {"want connections a second, as in 1000, or 0 for no limit", []string{"-1", "many"}},
		"new-conns-per-node": {"want connections a second, as in 2000, or 0 for no limit", []string{"-1", "many"}},
	} {
		for _, value := range bad.values {
			t.Run(name+"="+value, func(t *testing.T) {
				requireUsage(t, variable(name), value, bad.wants)(configured(t, nil, map[string]string{variable(name): value}))
				requireUsage(t, "-"+name, value, bad.wants)(configured(t, []string{"-" + name + "=" + value}, nil))
			})
		}
	}
}

func TestSentinelsTakeThePlaceOfAddresses(t *testing.T) {
	env := map[string]string{}
	var args []string
	for name, value := range instead {
		env[variable(name)] = value
		args = append(args, "-"+name+"="+value)
	}
	for way, read := range map[string]func() (node.Config, error){
		"variables": func() (node.Config, error) { return configured(t, nil, env) },
		"flags":     func() (node.Config, error) { return configured(t, args, nil) },
	} {
		c, err := read()
		require.NoError(t, err, way)
		require.Equal(t, []string{"10.0.0.1:26379", "sentinel.example.com:26379"}, c.Sentinels, way)
		require.Equal(t, []string{"10.0.0.2:6380", "10.0.0.3:6380"}, c.SubPrefer, way)
		require.Equal(t, "chat", c.MasterName, way)
	}
}

func TestSentinelWithAPasswordInItsAddressIsRefusedWithoutShowingIt(t *testing.T) {
	for _, name := range []string{"SENTINELS", "SUB_PREFER"} {
		_, err := configured(t, nil, map[string]string{name: "127.0.0.1:1,user:sec,ret@127.0.0.1:26379"})
		require.ErrorContains(t, err, "no URL, no user, no password")
		require.NotContains(t, err.Error(), "sec")
		require.NotContains(t, err.Error(), "ret")
	}
}

func TestWhatContradictsSentinelsIsRefused(t *testing.T) {
	for _, name := range []string{"PUB_HOST", "SUB_HOST"} {
		_, err := configured(t, nil, map[string]string{"SENTINELS": "127.0.0.1:26379", name: "127.0.0.1"})
		require.ErrorContains(t, err, "both SENTINELS and PUB_HOST, PUB_PORT, SUB_HOST or SUB_PORT are set")
	}
	for _, name := range []string{"PUB_PORT", "SUB_PORT"} {
		_, err := configured(t, nil, map[string]string{"SENTINELS": "127.0.0.1:26379", name: "6379"})
		require.ErrorContains(t, err, "both SENTINELS and")
	}
	for name, value := range map[string]string{"MASTER_NAME": "chat", "SUB_PREFER": "127.0.0.1:6380"} {
		_, err := configured(t, nil, map[string]string{name: value})
		require.ErrorContains(t, err, "MASTER_NAME and SUB_PREFER are for SENTINELS, which is not set")
	}
}

// A password may hold a comma, so that no part of such a list can be shown.
func TestListWithAPasswordIsRefusedAsAWhole(t *testing.T) {
	for _, name := range []string{"PEERS", "ALLOWED_ORIGINS", "FRAME_ANCESTORS"} {
		_, err := configured(t, nil, map[string]string{name: "http://a,http://chat:x,secret@b"})
		require.EqualError(t, err, name+` "http://…@b": want scheme and host of each, as in http://127.0.0.1:3001: no user and no password, which stand before an @`)
	}
}

// requireUsage: a mistake in the call, in one sentence that begins with the name and the value as they were given.
func requireUsage(t *testing.T, name, value, wants string) func(node.Config, error) {
	return func(_ node.Config, err error) {
		t.Helper()
		var usage *cmdline.Usage
		require.ErrorAs(t, err, &usage)
		require.True(t, strings.HasPrefix(err.Error(), fmt.Sprintf("%s %q: ", name, value)), err.Error())
		require.ErrorContains(t, err, wants)
		require.NotContains(t, err.Error(), "\n")
	}
}

// Of keys nothing is shown, also of those that are refused.
func TestRefusedKeysOfTokensAreNotShown(t *testing.T) {
	for _, value := range []string{"s3cr3t", "hs256:s3cr3t:a", "hs256:a:s3cr3t", "@s3cr3t"} {
		for name, read := range map[string]func() (node.Config, error){
			"TOKEN_KEYS":  func() (node.Config, error) { return configured(t, nil, map[string]string{"TOKEN_KEYS": value}) },
			"-token-keys": func() (node.Config, error) { return configured(t, []string{"-token-keys=" + value}, nil) },
		} {
			_, err := read()
			var usage *cmdline.Usage
			require.ErrorAs(t, err, &usage)
			require.True(t, strings.HasPrefix(err.Error(), name+": "), err.Error())
			require.NotContains(t, err.Error(), "s3cr3t")
		}
	}
	_, err := configured(t, nil, map[string]string{"TOKEN_AUDIENCE": "chat"})
	var usage *cmdline.Usage
	require.ErrorAs(t, err, &usage)
}

// What does not fit together is a mistake in the call too.
func TestQueueThatHoldsNoMessageIsAMistake(t *testing.T) {
	_, err := configured(t, nil, map[string]string{"MAX_QUEUE_BYTES": "2000"})
	var usage *cmdline.Usage
	require.ErrorAs(t, err, &usage)
	require.ErrorContains(t, err, "MAX_QUEUE_BYTES")
}

// A list is written by people and by scripts, which leave empty items in it.
func TestEmptyItemsOfAListAreSkipped(t *testing.T) {
	c, err := configured(t, nil, map[string]string{"PEERS": ",http://a, ,http://b/,", "ALLOWED_ORIGINS": ","})
	require.NoError(t, err)
	require.Equal(t, []string{"http://a", "http://b"}, c.Peers)
	require.Empty(t, c.Hub.AllowedOrigins)
}

func TestTLSCanBeSwitchedOffAgain(t *testing.T) {
	c, err := configured(t, []string{"-redis-tls=false"}, map[string]string{"REDIS_TLS": "true"})
	require.NoError(t, err)
	require.Nil(t, c.Relay.TLS)
	c, err = configured(t, []string{"-redis-tls"}, nil)
	require.NoError(t, err)
	require.NotNil(t, c.Relay.TLS)
}

func TestHelpTellsEveryFlag(t *testing.T) {
	var c node.Config
	var help bytes.Buffer
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	fs.SetOutput(&help)
	require.ErrorIs(t, c.Parse(fs, []string{"-h"}), flag.ErrHelp)
	for name := range all() {
		require.Contains(t, help.String(), "-"+name)
	}
	require.Len(t, all(), strings.Count("\n"+help.String(), "\n  -"), "the tests know every flag")
}
