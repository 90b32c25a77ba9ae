package node

import (
	"bytes"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/token"
	"github.com/stretchr/testify/require"
)

// configured is what a node reads from these flags and variables.
func configured(t *testing.T, args []string, env map[string]string) (Config, error) {
	t.Helper()
	for _, name := range []string{"PORT", "NODE_NAME", "LOG_LEVEL", "PEERS", "ALLOWED_ORIGINS", "FRAME_ANCESTORS", "GRACE",
		"MAX_MESSAGE_BYTES", "MAX_QUEUE_BYTES", "RATE_PER_SECOND", "RATE_BURST", "LISTEN_HOST", "MAX_CONNS", "MAX_CONNS_PER_IP",
		"RATE_PER_IP", "RATE_PER_NODE", "BYTES_PER_SECOND", "BYTES_PER_IP", "NEW_CONNS_PER_IP", "NEW_CONNS_PER_NODE",
		"TRUSTED_PROXIES", "DRAIN_DELAY", "TOKEN_KEYS", "TOKEN_AUDIENCE", "TLS_CERT", "TLS_KEY", "ADMIN_ADDR", "ADMIN_TOKEN"} {
		t.Setenv(name, "") // empty is as good as not set
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var c Config
	fs := flag.NewFlagSet("chat", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.Register(fs)
	if err := Parse(fs, args); err != nil {
		return c, err
	}
	return c, c.Check()
}

func TestDefaults(t *testing.T) {
	c, err := configured(t, nil, nil)
	require.NoError(t, err)
	require.Equal(t, Config{Port: 3000, Grace: 10 * time.Second, LogLevel: slog.LevelInfo}, c)
}

func TestEveryFlagIsAVariableToo(t *testing.T) {
	want := Config{
		Port: 3456, Node: "n1", LogLevel: slog.LevelDebug, Grace: 2 * time.Second, Host: "127.0.0.1",
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}, Delay: 3 * time.Second,
		Peers: []string{"http://127.0.0.1:3001", "https://b.example.com"}, Frames: []string{"http://127.0.0.1:8080", "https://d.example.com"},
		AllowedHosts: []string{"chat.example.com", "10.0.0.5"}, Tokens: tokenKeys(t), TLSCert: "/etc/chat.crt", TLSKey: "/etc/chat.key",
		AdminAddr: "127.0.0.1:9000", AdminToken: "0123456789abcdef",
		Hub: chat.Options{
			MaxMessageBytes: 1000, MaxQueueBytes: 20_000, RatePerSecond: 2.5, RateBurst: 3, MaxConns: 1000, MaxConnsPerIP: 10,
			BytesPerSecond: 5000, Shared: chat.SharedRates{PerIP: 7.5, PerNode: 70, BytesPerIP: 6000, NewConnsPerIP: -1, NewConnsPerNode: 8},
			AllowedOrigins: []string{"https://a.example.com", "http://c:1"},
		},
	}
	values := map[string]string{
		"port": "3456", "node-name": "n1", "log-level": "debug", "grace": "2s", "listen-host": "127.0.0.1", "allowed-hosts": "chat.example.com,10.0.0.5",
		"peers": "http://127.0.0.1:3001/, https://b.example.com", "allowed-origins": "https://a.example.com,http://c:1",
		"frame-ancestors":   "http://127.0.0.1:8080, https://d.example.com",
		"max-message-bytes": "1000", "max-queue-bytes": "20000", "rate-per-second": "2.5", "rate-burst": "3", "max-conns": "1000", "max-conns-per-ip": "10",
		"trusted-proxies": "10.0.0.0/24", "drain-delay": "3s", "token-keys": someKeys, "token-audience": "chat",
		"tls-cert": "/etc/chat.crt", "tls-key": "/etc/chat.key",
		"admin-addr": "127.0.0.1:9000", "admin-token": "0123456789abcdef",
		"rate-per-ip": "7.5", "rate-per-node": "70", "bytes-per-second": "5000", "bytes-per-ip": "6000", "new-conns-per-ip": "0", "new-conns-per-node": "8",
	}
	env, other := map[string]string{}, map[string]string{}
	var args []string
	for name, value := range values {
		variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		env[variable], other[variable] = value, "not even valid"
		args = append(args, "-"+name, value)
	}
	c, err := configured(t, nil, env)
	require.NoError(t, err)
	require.Equal(t, want, c)
	c, err = configured(t, args, other)
	require.NoError(t, err)
	require.Equal(t, want, c, "a flag counts more than its variable")
}

// someKeys are two keys, as TOKEN_KEYS has them.
const someKeys = "hs256:a:YWxpY2UgYW5kIGJvYiBrbm93IHRoaXMgYW5kIG5vYm9keSBlbHNl,eddsa:b:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

// tokenKeys are what a node makes of them, for the audience "chat".
func tokenKeys(t *testing.T) (keys token.Keys) {
	t.Helper()
	require.NoError(t, keys.Set(someKeys))
	keys.Audience = "chat"
	return keys
}

func TestRefusedKeysOfTokensAreNotShown(t *testing.T) {
	for _, value := range []string{"s3cr3t", "hs256:s3cr3t:a", "hs256:a:s3cr3t", "@s3cr3t", "redis://:s3cr3t@127.0.0.1"} {
		_, err := configured(t, nil, map[string]string{"TOKEN_KEYS": value})
		require.Regexp(t, "^TOKEN_KEYS: ", err.Error())
		require.NotContains(t, err.Error(), "s3cr3t")
		_, err = configured(t, []string{"-token-keys=" + value}, nil)
		require.Regexp(t, "^-token-keys: ", err.Error())
		require.NotContains(t, err.Error(), "s3cr3t")
	}
}

// Whoever names an audience means to keep somebody out.
func TestAudienceAloneIsAMistake(t *testing.T) {
	_, err := configured(t, nil, map[string]string{"TOKEN_AUDIENCE": "chat"})
	require.EqualError(t, err, "TOKEN_AUDIENCE alone keeps nobody out: give TOKEN_KEYS, too")
}

func TestWithKeysNobodyIsLetInWithoutAToken(t *testing.T) {
	c, err := configured(t, []string{"-port=0"}, map[string]string{"TOKEN_KEYS": someKeys})
	require.NoError(t, err)
	l, err := c.Listen()
	require.NoError(t, err)
	defer l.Close()
	_, err = c.Hub.Admit("alice")
	require.ErrorContains(t, err, "this is no token that this node can read")
	var log bytes.Buffer
	c.LogWhere(slog.New(slog.NewTextHandler(&log, nil)), l)
	require.Contains(t, log.String(), `msg="clients need a token" keys=2`)

	open, err := configured(t, []string{"-port=0"}, nil)
	require.NoError(t, err)
	l, err = open.Listen()
	require.NoError(t, err)
	defer l.Close()
	require.Nil(t, open.Hub.Admit)
}

func TestNoRateIsNoLimit(t *testing.T) {
	c, err := configured(t, nil, map[string]string{"RATE_PER_SECOND": "0"})
	require.NoError(t, err)
	require.Less(t, c.Hub.RatePerSecond, 0.0)
}

func TestBadValueIsOneSentenceThatNamesIt(t *testing.T) {
	for name, values := range map[string][]string{
		"port":               {"x", "-1", "65536", "3000.5", "1e3"},
		"log-level":          {"loud"},
		"grace":              {"10", "0s", "-1s", "soon"},
		"max-message-bytes":  {"0", "-1", "64k", "999999999999"},
		"max-queue-bytes":    {"0", "x", "2000"},
		"rate-per-second":    {"-1", "many", "NaN", "Inf", "1e10"},
		"rate-burst":         {"0", "-3", "x"},
		"max-conns":          {"-1", "many", "1e3"},
		"max-conns-per-ip":   {"-1", "x", "999999999999"},
		"allowed-origins":    {"example.com", "ftp://example.com", "https://", "https://example.com/chat", "https://a?b", "https://ok.example.com,nonsense", "https://*.example.com", "https://münchen.example", "https://a;x"},
		"trusted-proxies":    {"proxy.example.com", "10.0.0.5:8080", "10.0.0.0/33", "*", "fe80::1%eth0"},
		"admin-addr":         {"9000", "http://127.0.0.1:9000", "unix:", "a b:1"},
		"drain-delay":        {"3", "-1s", "soon"},
		"frame-ancestors":    {"*", "'self'", "127.0.0.1:8080", "http://", "http://a;b", "http://a/path", "http://[::1]:8080", "https://ok.example.com,x"},
		"peers":              {"127.0.0.1:3001", "http://", "*", "http://a,b", "http://a/path", "capacitor://localhost", "null", "http://münchen.example"},
		"rate-per-ip":        {"-1", "many"},
		"rate-per-node":      {"-1", "many"},
		"bytes-per-second":   {"-1", "64k"},
		"bytes-per-ip":       {"-1", "64k"},
		"new-conns-per-ip":   {"-1", "many"},
		"new-conns-per-node": {"-1", "many"},
	} {
		for _, value := range values {
			t.Run(name+"="+value, func(t *testing.T) {
				variable := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
				_, err := configured(t, nil, map[string]string{variable: value})
				require.ErrorContains(t, err, variable)
				require.NotContains(t, err.Error(), "\n")
				_, err = configured(t, []string{"-" + name + "=" + value}, nil)
				require.Error(t, err)
				require.Regexp(t, name+"|"+variable, err.Error())
				require.NotContains(t, err.Error(), "\n")
			})
		}
	}
}

func TestMistakesOfOtherKinds(t *testing.T) {
	_, err := configured(t, []string{"-no-such-flag"}, nil)
	require.ErrorContains(t, err, "no-such-flag")
	_, err = configured(t, []string{"3000"}, nil)
	require.ErrorContains(t, err, `unexpected argument "3000"`)
	_, err = configured(t, nil, map[string]string{"MAX_QUEUE_BYTES": "131072", "MAX_MESSAGE_BYTES": "65536"})
	require.EqualError(t, err, "MaxQueueBytes (MAX_QUEUE_BYTES) is 131072: give at least 133120, twice MaxMessageBytes (MAX_MESSAGE_BYTES) and what a frame adds")
	_, err = configured(t, []string{"-h"}, nil)
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestListenNamesTheNodeAndTakesPeersForOrigins(t *testing.T) {
	c := Config{Host: "127.0.0.1", Peers: []string{"http://127.0.0.1:3001"}}
	l, err := c.Listen()
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.Regexp(t, ".+:"+port+"$", c.Node)
	require.Equal(t, c.Node, c.Hub.Node)
	require.Equal(t, c.Peers, c.Hub.AllowedOrigins)

	taken := Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}
	_, err = taken.Listen()
	require.EqualError(t, err, "listen on port "+port+": bind: address already in use; choose another PORT")
	strange := Config{Host: "192.0.2.1"} // of nobody: RFC 5737
	_, err = strange.Listen()
	require.ErrorContains(t, err, "listen on 192.0.2.1: ")
	require.ErrorContains(t, err, "choose an address of this machine for LISTEN_HOST")
}

// The page and the hub compare them with what browsers say.
func TestOriginsAndPeersAreKeptAsBrowsersWriteThem(t *testing.T) {
	c, err := configured(t, nil, map[string]string{
		"ALLOWED_ORIGINS": "https://Chat.example.com:443/,http://[0:0:0:0:0:0:0:1]:3000,capacitor://localhost,null", "PEERS": "HTTP://B.example.com:80",
		"FRAME_ANCESTORS": "https://Intranet.example.com:443",
	})
	require.NoError(t, err)
	require.Equal(t, []string{"https://chat.example.com", "http://[::1]:3000", "capacitor://localhost", "null"}, c.Hub.AllowedOrigins)
	require.Equal(t, []string{"http://b.example.com"}, c.Peers)
	require.Equal(t, []string{"https://intranet.example.com"}, c.Frames)
}
