package relay_test

import (
	"bytes"
	"crypto/tls"
	"flag"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay"
)

// values are of every flag, each other than its default.
var values = map[string]string{
	"port": "3456", "node-name": "n1", "log-level": "debug", "grace": "2s", "listen-host": "127.0.0.1",
	"peers": "http://127.0.0.1:3001", "allowed-origins": "https://a.example.com",
	"max-message-bytes": "1000", "max-queue-bytes": "20000", "rate-per-second": "2.5", "rate-burst": "3",
	"pub-host": "master.example.com", "pub-port": "7000", "sub-host": "::1", "sub-port": "7001",
	"redis-username": "chat", "redis-password": "secret", "redis-tls": "true",
	"probe-interval": "50ms", "publish-timeout": "3s", "pprof-addr": "127.0.0.1:0",
}

func variable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// configured is what a node reads from these flags and variables.
func configured(t *testing.T, args []string, env map[string]string) (relay.Config, error) {
	t.Helper()
	for name := range values {
		t.Setenv(variable(name), "") // empty is as good as not set
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c relay.Config
	return c, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), args)
}

func TestDefaultsOfANode(t *testing.T) {
	c, err := configured(t, nil, nil)
	require.NoError(t, err)
	require.Equal(t, chat.Config{Port: 3000, Grace: 10 * time.Second, LogLevel: slog.LevelInfo}, c.Config)
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
	for way, read := range map[string]func() (relay.Config, error){
		"variables":                              func() (relay.Config, error) { return configured(t, nil, env) },
		"flags, which count more than variables": func() (relay.Config, error) { return configured(t, args, other) },
	} {
		c, err := read()
		require.NoError(t, err, way)
		require.Equal(t, chat.Config{
			Port: 3456, Node: "n1", LogLevel: slog.LevelDebug, Grace: 2 * time.Second, Host: "127.0.0.1",
			Peers: []string{"http://127.0.0.1:3001"},
			Hub: chat.Options{
				MaxMessageBytes: 1000, MaxQueueBytes: 20_000, RatePerSecond: 2.5, RateBurst: 3,
				AllowedOrigins: []string{"https://a.example.com"},
			},
		}, c.Config, way)
		require.Equal(t, relay.Options{
			PubAddr: "master.example.com:7000", SubAddr: "[::1]:7001", Username: "chat", Password: "secret",
			TLS:           &tls.Config{MinVersion: tls.VersionTLS12},
			ProbeInterval: 50 * time.Millisecond, PublishTimeout: 3 * time.Second,
		}, c.Relay, way)
		require.Equal(t, "127.0.0.1:0", c.PprofAddr, way)
	}
}

func TestBadValueIsOneSentenceThatNamesIt(t *testing.T) {
	for name, bad := range map[string][]string{
		"port":              {"x", "-1", "65536"},
		"log-level":         {"loud"},
		"grace":             {"10", "0s", "-1s"},
		"peers":             {"127.0.0.1:3001"},
		"allowed-origins":   {"example.com"},
		"max-message-bytes": {"0", "64k"},
		"max-queue-bytes":   {"0", "2000"},
		"rate-per-second":   {"-1", "many"},
		"rate-burst":        {"0", "x"},
		"pub-host":          {"127.0.0.1:6379", "redis://127.0.0.1", "a b", "[::1]"},
		"sub-host":          {"127.0.0.1:6380", "a/b"},
		"pub-port":          {"0", "-1", "65536", "x", "6379 "},
		"sub-port":          {"0", "x"},
		"redis-tls":         {"maybe", "2"},
		"probe-interval":    {"250", "0s", "-1s", "often"},
		"publish-timeout":   {"1", "0s", "-1s"},
		"pprof-addr":        {"6060", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536"},
	} {
		for _, value := range bad {
			t.Run(name+"="+value, func(t *testing.T) {
				_, err := configured(t, nil, map[string]string{variable(name): value})
				require.ErrorContains(t, err, variable(name))
				require.NotContains(t, err.Error(), "\n")
				_, err = configured(t, []string{"-" + name + "=" + value}, nil)
				require.Error(t, err)
				require.Regexp(t, name+"|"+variable(name), err.Error())
				require.NotContains(t, err.Error(), "\n")
			})
		}
	}
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
	var c relay.Config
	var help bytes.Buffer
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	fs.SetOutput(&help)
	require.ErrorIs(t, c.Parse(fs, []string{"-h"}), flag.ErrHelp)
	for name := range values {
		require.Contains(t, help.String(), "-"+name)
	}
	require.Len(t, values, strings.Count("\n"+help.String(), "\n  -"), "the tests know every flag")
}
