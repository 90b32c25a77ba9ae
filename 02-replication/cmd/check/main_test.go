package main

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestMain(m *testing.M) {
	// A dial that was given up ends by itself.
	redistest.Main(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// patiently lets check wait for what is bound to come, however slow the machine.
func patiently(args ...string) []string { return append([]string{"-patience", "2m"}, args...) }

func check(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestCheckPrintsTableAndProof(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	code, stdout, stderr := check(t, patiently(addrs...)...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(stdout, "\n")
	require.Equal(t, []string{"SERVER", "ROLE", "LINK", "OFFSET", "LAG", "BYTES", "LAG", "MS"}, strings.Fields(lines[0]))
	require.Equal(t, []string{addrs[0], "master", strconv.Itoa(len(addrs) - 1), "replicas"}, strings.Fields(lines[1])[:4])
	require.Equal(t, []string{addrs[2], "replica", "connected"}, strings.Fields(lines[3])[:3])
	require.Contains(t, stdout, addrs[0]+"> SET workbook:check:")
	for _, replica := range addrs[1:] {
		require.Contains(t, stdout, "\"test-data\"\n"+replica)
	}
	require.Equal(t, len(addrs)-1, strings.Count(stdout, "(error) READONLY You can't write against a read only replica."))
}

func TestCheckSaysWhatIsWrongAndExits1(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	code, stdout, stderr := check(t, patiently(addrs[1])...)
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "replica")
	require.Equal(t, "check: there is no master among these: "+addrs[1]+" is a replica of "+addrs[0]+"; name that too\n", stderr)
}

func TestCheckExits2ForAMistakeInItsArguments(t *testing.T) {
	const times = "want a time from 1ms to 24h, with its unit, as in 250ms or 10s"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "name the servers"},
		{[]string{""}, `"": want host:port`},
		{[]string{"localhost"}, `"localhost": want host:port`},
		{[]string{"localhost:"}, "want host:port"},
		{[]string{"localhost:0"}, "want host:port"},
		{[]string{"localhost:65536"}, "want host:port"},
		{[]string{":6379"}, "want host:port"},
		{[]string{"redis://localhost:6379"}, "want host:port"},
		{[]string{"localhost:6379/"}, "want host:port"},
		{[]string{"127.0.0.1:6379,127.0.0.1:6380"}, "want host:port"},
		{[]string{" 127.0.0.1:6379"}, "want host:port"},
		{[]string{"127.0.0.1:1", "127.0.0.1:1"}, "127.0.0.1:1 is named twice"},
		{[]string{"127.0.0.1:1", "-patience", "1s"}, `"-patience" comes after a server: flags go first`},
		{[]string{"-patience", "-1s", "127.0.0.1:1"}, `-patience "-1s": ` + times},
		{[]string{"-patience", "soon", "127.0.0.1:1"}, `-patience "soon": ` + times},
		{[]string{"-patience", "5", "127.0.0.1:1"}, times},
		{[]string{"-patience", "999999h", "127.0.0.1:1"}, times},
		{[]string{"-redis-tls=yes", "127.0.0.1:1"}, `-redis-tls "yes": want true or false`},
		{[]string{"-redis-password"}, "flag needs an argument: -redis-password; -h lists the flags"},
		{[]string{"-x"}, "flag provided but not defined: -x; -h lists the flags"},
	} {
		code, stdout, stderr := check(t, c.args...)
		require.Equal(t, 2, code, c.args)
		require.Contains(t, stderr, c.want, c.args)
		require.Regexp(t, `^check: [^\n]+\n$`, stderr)
		require.Empty(t, stdout)
	}
	for variable, want := range map[string]string{"PATIENCE": times, "REDIS_TLS": "want true or false"} {
		t.Setenv(variable, "abc")
		code, _, stderr := check(t, "127.0.0.1:1")
		require.Equal(t, 2, code)
		require.Equal(t, "check: "+variable+" \"abc\": "+want+"\n", stderr)
		t.Setenv(variable, "")
	}
}

func TestCheckExits1ForAMistakeInTheWorld(t *testing.T) {
	for name, mistake := range redistest.Mistakes(t, topologytest.Start(t, 1).Addrs()[0]) {
		t.Run(name, func(t *testing.T) {
			for _, entry := range mistake.Env {
				variable, value, _ := strings.Cut(entry, "=")
				t.Setenv(variable, value)
			}
			args := patiently(mistake.Addr)
			if mistake.Silent {
				args = []string{"-patience", "1s", mistake.Addr}
			}
			code, _, stderr := check(t, args...)
			require.Equal(t, 1, code, stderr)
			require.Contains(t, stderr, mistake.Says)
			require.Contains(t, stderr, mistake.Addr)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one sentence: %s", stderr)
		})
	}
}

// Nothing that check asks for is newer than Redis 4.
func TestCheckWorksWithOldServers(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	code, stdout, stderr := check(t, patiently(redistest.Redis5Proxy(t, addrs[0]), redistest.Redis5Proxy(t, addrs[1]))...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, `"test-data"`)
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestResultThatNobodyGetsIsNoSuccess(t *testing.T) {
	var errs bytes.Buffer
	require.Equal(t, 1, run(t.Context(), patiently(topologytest.Start(t, 1).Addrs()...), full{}, &errs))
	require.Equal(t, "check: no space left on device\n", errs.String())
}

func TestCtrlCIsOneSentence(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, errs bytes.Buffer
	require.Equal(t, 1, run(ctx, []string{"127.0.0.1:1"}, &out, &errs))
	require.Equal(t, "check: interrupted\n", errs.String())
	require.Empty(t, out.String())
}
