package main

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// patience ends a hang, and says nothing about speed.
const patience = 2 * time.Minute

func TestFlags(t *testing.T) {
	for args, want := range map[string][]int{
		"":                           {6379, 6380, 6381},
		"-replicas 1":                {6379, 6380},
		"-replicas 3":                {6379, 6380, 6381, 6382},
		"-ports 7000,7001":           {7000, 7001},
		"-ports 7000,8000,9000":      {7000, 8000, 9000},
		"-ports 7,8,9 -replicas 2":   {7, 8, 9},
		"-loglevel debug":            {6379, 6380, 6381},
		"-redis embedded -ports 7,8": {7, 8},
	} {
		t.Setenv("WORKBOOK_REDIS", "")
		o, err := parse(strings.Fields(args), &bytes.Buffer{})
		require.NoError(t, err, args)
		require.Equal(t, want, o.Ports, args)
		require.Equal(t, len(want)-1, o.Replicas, args)
	}
}

func TestMistakesInFlagsAreSentences(t *testing.T) {
	const different = "want different numbers from 1 to 65535, the master's first"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-ports", "1,1"}, `-ports "1,1": ` + different},
		{[]string{"-ports", "1,65536"}, different},
		{[]string{"-ports", "0,1"}, different},
		{[]string{"-ports=-1,2"}, different},
		{[]string{"-ports", "1,abc"}, different},
		{[]string{"-ports", "7000,"}, different},
		{[]string{"-ports", ","}, different},
		{[]string{"-ports", ""}, `-ports "": ` + different},
		{[]string{"-ports", "1"}, `-ports "1": want the port of the master and of 1 to 100 replicas`},
		{[]string{"-ports", "1,2", "-replicas", "2"}, "-ports names 2 ports: want 3, for a master and 2 replicas"},
		{[]string{"-replicas", "0"}, `-replicas "0": want a whole number from 1 to 100`},
		{[]string{"-replicas", "-1"}, `-replicas "-1": want a whole number from 1 to 100`},
		{[]string{"-replicas", "101"}, "want a whole number from 1 to 100"},
		{[]string{"-replicas", "two"}, "want a whole number from 1 to 100"},
		{[]string{"-redis", "real"}, `-redis "real": want auto, embedded or server`},
		{[]string{"-redis", "127.0.0.1:6379"}, "want auto, embedded or server"},
		{[]string{"-redis", ""}, "want auto, embedded or server"},
		{[]string{"-loglevel", "info"}, `-loglevel "info": want debug, verbose, notice or warning`},
		{[]string{"start"}, `"start": there are flags only`},
		{[]string{"-nodes", "2"}, "flag provided but not defined: -nodes; -h lists the flags"},
	} {
		_, err := parse(c.args, &bytes.Buffer{})
		require.ErrorContains(t, err, c.want, c.args)
		requireUsage(t, err)
	}
}

func TestMistakesInVariablesNameThem(t *testing.T) {
	for variable, value := range map[string]string{
		"TOPOLOGY_REPLICAS": "abc", "TOPOLOGY_PORTS": "6379", "TOPOLOGY_REDIS": "redis://127.0.0.1", "TOPOLOGY_LOGLEVEL": "info",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv("WORKBOOK_REDIS", "")
			t.Setenv(variable, value)
			_, err := parse(nil, &bytes.Buffer{})
			require.ErrorContains(t, err, variable+` "`+value+`": want `)
			requireUsage(t, err)
			t.Setenv(variable, "")
			_, err = parse(nil, &bytes.Buffer{})
			require.NoError(t, err, "empty is not set")
		})
	}
}

func TestServersAreThoseOfTheFlagElseOfTheVariable(t *testing.T) {
	for _, c := range []struct {
		variable, args string
		want           launch.Kind
	}{
		{"embedded", "", launch.KindEmbedded},
		{"server", "-redis embedded", launch.KindEmbedded},
		{"127.0.0.1:6399", "-redis embedded", launch.KindEmbedded},
	} {
		t.Setenv("WORKBOOK_REDIS", c.variable)
		o, err := parse(strings.Fields(c.args), &bytes.Buffer{})
		require.NoError(t, err, c)
		require.Equal(t, c.want, o.Backend.Kind, c)
	}
	t.Setenv("WORKBOOK_REDIS", "127.0.0.1:6399")
	_, err := parse(nil, &bytes.Buffer{})
	require.ErrorContains(t, err, `WORKBOOK_REDIS "127.0.0.1:6399": want embedded or server`)
	requireUsage(t, err)
}

func TestWithoutRedisServerOneSentenceSaysWhatElseThereIs(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := parse([]string{"-redis", "server"}, &bytes.Buffer{})
	require.ErrorContains(t, err, "apt-get install redis-server")
	require.ErrorContains(t, err, "; or take the embedded ones: -redis embedded")
	_, err = parse([]string{"-redis", "auto"}, &bytes.Buffer{})
	require.NoError(t, err)
}

// requireUsage: one sentence, and exit code 2.
func requireUsage(t *testing.T, err error) {
	t.Helper()
	var stderr strings.Builder
	require.Equal(t, 2, cmdline.Exit("topology", err, &stderr))
	require.Regexp(t, `^topology: [^\n]+\n$`, stderr.String())
}

func TestPortsThatAreTakenAreOneSentence(t *testing.T) {
	first, second := freePorts(t, 1)[0], freePorts(t, 2)
	for _, port := range second {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		require.NoError(t, err)
		defer l.Close()
	}
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		backend = launch.Backend{}
	}
	err = run(t.Context(), topology.Options{Backend: backend, Replicas: 2, Ports: append(second[:1:1], first, second[1])}, strings.NewReader(""), &bytes.Buffer{})
	require.ErrorIs(t, err, launch.ErrPortTaken)
	require.NotContains(t, err.Error(), "\n")
	err = run(t.Context(), topology.Options{Backend: backend, Replicas: 2, Ports: append([]int{first}, second...)}, strings.NewReader(""), &bytes.Buffer{})
	require.ErrorIs(t, err, launch.ErrPortTaken)
	require.NotContains(t, err.Error(), "\n", "two replicas have the same trouble")
}

func TestTopologyRunsUntilItsContextEnds(t *testing.T) {
	ports := freePorts(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	out := &bytes.Buffer{}
	ended := make(chan error)
	go func() { ended <- run(ctx, topology.Options{Replicas: 1, Ports: ports}, strings.NewReader(""), out) }()
	addrs := []string{"127.0.0.1:" + strconv.Itoa(ports[0]), "127.0.0.1:" + strconv.Itoa(ports[1])}
	require.Eventually(t, func() bool {
		return len(replication.Check(t.Context(), addrs, replication.CheckOptions{}).Problems) == 0
	}, patience, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	if _, err := exec.LookPath(launch.CLI()); err == nil {
		require.Contains(t, out.String(), launch.CLI()+" -p "+strconv.Itoa(ports[1]))
	}
	_, err := net.Dial("tcp", addrs[0])
	require.Error(t, err, "nothing is left listening")
}

// It names no program that is not there.
func TestWithoutRedisItSaysWhatCanBeTypedInItsPlace(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	top, err := topology.Start(t.Context(), topology.Options{Replicas: 1})
	require.NoError(t, err)
	defer top.Close()
	var out bytes.Buffer
	describe(&out, topology.Options{}, top, time.Second)
	require.NotContains(t, out.String(), "redis-cli")
	require.NotContains(t, out.String(), "redis-server")
	require.Contains(t, out.String(), "Try it:   go run ./03-pubsub/cmd/publish -redis "+top.Addrs()[0]+" room hi\n")
	require.Contains(t, out.String(), "go run ./03-pubsub/cmd/subscribe -redis "+top.Addrs()[1]+" room\n")
}

func TestTypedLinesBreakAndMend(t *testing.T) {
	top, err := topology.Start(t.Context(), topology.Options{Replicas: 1})
	require.NoError(t, err)
	defer top.Close()
	for _, step := range []struct{ line, want string }{
		{"", ""},
		{"cut 1", "cut 1: done"},
		{"mend 1", "mend 1: done"},
		{"LAG 1 1ms", "LAG 1 1ms: done"},
		{"kill 1", "kill 1: done"},
		{"kill 1", "is not running"},
		{"restart 1", "restart 1: done"},
		{"freeze 0", "freeze 0: done"},
		{"thaw 0", "thaw 0: done"},
		{"cut", "want kill, restart, freeze, thaw, cut or mend and a server's number"},
		{"cut one", "want kill, restart"},
		{"dance 1", "want kill, restart"},
		{"lag 1 soon", "want kill, restart"},
	} {
		require.Contains(t, do(t.Context(), top, step.line), step.want)
	}
}

// freePorts borrows the launcher's way to find ports that nobody takes meanwhile.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
		require.NoError(t, err)
		defer s.Close()
		p, err := strconv.Atoi(port(s.Addr()))
		require.NoError(t, err)
		ports = append(ports, p)
	}
	return ports
}
