package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
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
	require.NoError(t, launch.StartChild(cmd))
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	require.Error(t, cmd.Wait())
	require.Empty(t, out.String())
	sentence = regexp.MustCompile(`(?m)^time=.*\n`).ReplaceAllString(errOut.String(), "")
	require.Equal(t, 1, strings.Count(sentence, "\n"), "one sentence, not:\n%s", errOut.String())
	require.True(t, strings.HasPrefix(sentence, "node: "), sentence)
	return cmd.ProcessState.ExitCode(), sentence
}

// Which values are bad is tested beside the configuration; here, that the program says so and ends.
func TestBadValueEndsTheProgramWith2(t *testing.T) {
	for _, bad := range []string{
		"PORT=x", "PUB_HOST=127.0.0.1:6379", "PUB_PORT=0", "SUB_HOST=redis://a", "SUB_PORT=x", "LOG_LEVEL=verbose",
		"PEERS=b", "PROBE_INTERVAL=often", "PUBLISH_TIMEOUT=1", "MAX_DELAY=soon", "GRACE=-1s", "PPROF_ADDR=6060", "REDIS_TLS=maybe",
		"MAX_MESSAGE_BYTES=64k", "MAX_QUEUE_BYTES=0", "RATE_PER_SECOND=-1", "RATE_BURST=0", "ALLOWED_ORIGINS=b",
		"LISTEN_HOST=http://a", "NODE_NAME=\x07", "MAX_CONNS=-1", "MAX_CONNS_PER_IP=many",
	} {
		t.Run(bad, func(t *testing.T) {
			variable, value, _ := strings.Cut(bad, "=")
			exit, sentence := runToEnd(t, []string{bad})
			require.Equal(t, 2, exit)
			require.Contains(t, sentence, fmt.Sprintf("node: %s %q: ", variable, value))

			flag := "-" + strings.ToLower(strings.ReplaceAll(variable, "_", "-"))
			exit, sentence = runToEnd(t, nil, flag+"="+value)
			require.Equal(t, 2, exit)
			require.Contains(t, sentence, fmt.Sprintf("node: %s %q: ", flag, value))
		})
	}
	exit, sentence := runToEnd(t, []string{"MAX_MESSAGE_BYTES=2000", "MAX_QUEUE_BYTES=3000"})
	require.Equal(t, 2, exit)
	require.Contains(t, sentence, "MAX_QUEUE_BYTES")
	for _, args := range [][]string{{"-no-such-flag"}, {"3000"}, {"-port"}, {"-redis-tls", "yes"}} {
		exit, sentence := runToEnd(t, nil, args...)
		require.Equal(t, 2, exit)
		require.Contains(t, sentence, args[len(args)-1])
		require.Contains(t, sentence, "-h")
	}
}

func TestMistakeInTheWorldEndsTheProgramWith1(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, port := address(taken.Addr().String())
	servers := topologytest.Start(t, 1).Addrs()
	type row struct {
		env  []string
		want string
	}
	rows := map[string]row{
		"port is taken":             {[]string{"PORT=" + port}, "choose another PORT"},
		"port of profiles is taken": {[]string{"PPROF_ADDR=" + taken.Addr().String()}, "PPROF_ADDR"},
		"address of another":        {[]string{"LISTEN_HOST=192.0.2.1"}, "LISTEN_HOST"},
		"publish to a replica":      {at(servers[1], servers[1]), "publish to " + servers[1] + ": this is a replica; publish to its master, " + servers[0]},
	}
	for name, mistake := range redistest.Mistakes(t, servers[0]) {
		switch {
		case mistake.MayPass: // it is waited for: see below
		case len(mistake.Env) > 0: // which both servers are asked with
			rows[name] = row{append(at(mistake.Addr, mistake.Addr), mistake.Env...), mistake.Says}
		default:
			rows["publish: "+name] = row{at(mistake.Addr, servers[1]), mistake.Says}
			rows["subscribe: "+name] = row{at(servers[0], mistake.Addr), mistake.Says}
		}
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			// A server that waits for more of what it takes for a command is silent.
			exit, sentence := runToEnd(t, append(row.env, "PUBLISH_TIMEOUT=2s"))
			require.Equal(t, 1, exit, sentence)
			require.Contains(t, sentence, row.want)
		})
	}
}

// What may be better in a moment is waited for: alive, not ready, and the reason
// is told.
func TestWhatMayPassIsWaitedFor(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	for name, mistake := range redistest.Mistakes(t, server) {
		if !mistake.MayPass {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p := start(t, append(at(server, mistake.Addr), append(mistake.Env, "PUBLISH_TIMEOUT=1s")...)...) // what is silent is left soon
			require.Eventually(t, func() bool {
				status, reason := p.readyz()
				return status == http.StatusServiceUnavailable && strings.Contains(reason, mistake.Addr)
			}, patience, 5*time.Millisecond)
			p.awaitLog(`msg=waiting why="[^\n]*(` + regexp.QuoteMeta(mistake.Says) + ")")
		})
	}
}

// All that a node asks of a server was in Redis 4 already.
func TestOldServersWillDo(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	start(t, at(redistest.Redis5Proxy(t, addrs[0]), redistest.Redis5Proxy(t, addrs[1]))...).awaitReady()
}

// withPassword is a server that knows the user "chat" with the password
// "right", and nobody else. A real one is in the relay's own tests.
func withPassword(t *testing.T) (addr string) {
	t.Helper()
	server, err := launch.StartEmbedded(launch.EmbeddedOptions{})
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
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	addr := redistest.Process(t, launch.ProcessOptions{Args: []string{"--user", "chat", "on", ">right", "~*", "&*", "+@all", "--user", "default", "off"}}).Addr()
	exit, sentence := runToEnd(t, append(at(addr, addr), "REDIS_USERNAME=chat", "REDIS_PASSWORD=wrong"))
	require.Equal(t, 1, exit)
	require.Contains(t, sentence, "REDIS_PASSWORD")
	start(t, append(at(addr, addr), "REDIS_USERNAME=chat", "REDIS_PASSWORD=right")...).awaitReady()
}
