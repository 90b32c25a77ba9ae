package main

import (
	"bytes"
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

// runToEnd runs a program that ends by itself, and returns what it printed but
// its log.
func runToEnd(t *testing.T, env []string, args ...string) (exit int, sentence string) {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := program(t, env, args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	require.NoError(t, basics.StartChild(cmd))
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	require.Error(t, cmd.Wait())
	require.Empty(t, out.String())
	sentence = regexp.MustCompile(`(?m)^time=.*\n`).ReplaceAllString(errOut.String(), "")
	require.Equal(t, 1, strings.Count(sentence, "\n"), "one sentence, not:\n%s", errOut.String())
	require.True(t, strings.HasPrefix(sentence, "node: "), sentence)
	return cmd.ProcessState.ExitCode(), sentence
}

func TestBadValueEndsTheProgramWith2(t *testing.T) {
	for _, bad := range []string{
		"PORT=x", "PUB_HOST=127.0.0.1:6379", "PUB_PORT=0", "SUB_HOST=redis://a", "SUB_PORT=x", "LOG_LEVEL=loud",
		"PEERS=b", "PROBE_INTERVAL=often", "PUBLISH_TIMEOUT=1", "GRACE=-1s", "PPROF_ADDR=6060", "REDIS_TLS=maybe",
		"MAX_MESSAGE_BYTES=64k", "MAX_QUEUE_BYTES=0", "MAX_QUEUE_BYTES=3000", "RATE_PER_SECOND=-1", "RATE_BURST=0",
		"ALLOWED_ORIGINS=b",
	} {
		t.Run(bad, func(t *testing.T) {
			variable, value, _ := strings.Cut(bad, "=")
			exit, sentence := runToEnd(t, []string{bad, "MAX_MESSAGE_BYTES=2000", bad})
			require.Equal(t, 2, exit)
			require.Contains(t, sentence, variable)

			flag := "-" + strings.ToLower(strings.ReplaceAll(variable, "_", "-"))
			exit, sentence = runToEnd(t, []string{"MAX_MESSAGE_BYTES=2000"}, flag+"="+value)
			require.Equal(t, 2, exit)
			require.Regexp(t, flag+"|"+variable, sentence)
		})
	}
	for _, args := range [][]string{{"-no-such-flag"}, {"3000"}, {"-port"}} {
		exit, sentence := runToEnd(t, nil, args...)
		require.Equal(t, 2, exit)
		require.Contains(t, sentence, args[0])
	}
}

func TestMistakeInTheWorldEndsTheProgramWith1(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, port := address(taken.Addr().String())
	web := httptest.NewServer(nil)
	defer web.Close()
	notRedis := strings.TrimPrefix(web.URL, "http://")
	servers := topologytest.Start(t, 1).Addrs()
	locked := withPassword(t)

	for name, row := range map[string]struct {
		env  []string
		want string
	}{
		"port is taken":             {[]string{"PORT=" + port}, "choose another PORT"},
		"port of profiles is taken": {[]string{"PPROF_ADDR=" + taken.Addr().String()}, "PPROF_ADDR"},
		"publish to a replica":      {at(servers[1], servers[1]), "publish to " + servers[1] + ": this is a replica; publish to its master, " + servers[0]},
		"publish to no Redis":       {at(notRedis, servers[1]), "publish to " + notRedis + ": this does not answer as Redis does"},
		"subscribe at no Redis":     {at(servers[0], notRedis), "subscribe at " + notRedis + ": this does not answer as Redis does"},
		"no password":               {at(locked, locked), "REDIS_PASSWORD"},
		"wrong password":            {append(at(locked, locked), "REDIS_USERNAME=chat", "REDIS_PASSWORD=wrong"), "REDIS_PASSWORD"},
		"wrong user":                {append(at(locked, locked), "REDIS_USERNAME=bob", "REDIS_PASSWORD=right"), "REDIS_PASSWORD"},
		"TLS to a plain server":     {append(at(servers[0], servers[1]), "REDIS_TLS=true"), "REDIS_TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			exit, sentence := runToEnd(t, row.env)
			require.Equal(t, 1, exit, sentence)
			require.Contains(t, sentence, row.want)
		})
	}
}

// withPassword is a server that knows the user "chat" with the password
// "right", and nobody else. A real one is in the relay's own tests.
func withPassword(t *testing.T) (addr string) {
	t.Helper()
	server, err := basics.StartEmbedded(basics.EmbeddedOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	server.Miniredis().RequireUserAuth("chat", "right")
	return server.Addr()
}

func TestUserAndPasswordAreUsed(t *testing.T) {
	locked := withPassword(t)
	start(t, append(at(locked, locked), "REDIS_USERNAME=chat", "REDIS_PASSWORD=right")...).awaitReady()
}

func TestUserOfARealServer(t *testing.T) {
	addr := redistest.Process(t, basics.ProcessOptions{Args: []string{"--user", "chat", "on", ">right", "~*", "&*", "+@all", "--user", "default", "off"}}).Addr()
	exit, sentence := runToEnd(t, append(at(addr, addr), "REDIS_USERNAME=chat", "REDIS_PASSWORD=wrong"))
	require.Equal(t, 1, exit)
	require.Contains(t, sentence, "REDIS_PASSWORD")
	start(t, append(at(addr, addr), "REDIS_USERNAME=chat", "REDIS_PASSWORD=right")...).awaitReady()
}
