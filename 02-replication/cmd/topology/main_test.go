package main

import (
	"bytes"
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	basics "example.com/redis-chat/01-redis-basics"
	replication "example.com/redis-chat/02-replication"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
		o, err := parse(strings.Fields(args), &bytes.Buffer{})
		require.NoError(t, err, args)
		require.Equal(t, want, o.Ports, args)
		require.Equal(t, len(want)-1, o.Replicas, args)
	}
}

func TestMistakesInFlagsAreSentences(t *testing.T) {
	for args, want := range map[string]string{
		"-ports 1,1":             "want different numbers from 1 to 65535",
		"-ports 1,70000":         "want different numbers from 1 to 65535",
		"-ports 1":               "0 replicas: want 1 to 100",
		"-ports 1,2 -replicas 2": "-ports names 2 ports: want 3",
		"-replicas 0":            "0 replicas: want 1 to 100",
		"-redis real":            `-redis "real": want auto, embedded or server`,
		"-loglevel loud":         "want debug, verbose, notice or warning",
		"start":                  `"start": there are flags only`,
	} {
		_, err := parse(strings.Fields(args), &bytes.Buffer{})
		require.ErrorContains(t, err, want, args)
	}
	t.Setenv("TOPOLOGY_REPLICAS", "abc")
	_, err := parse(nil, &bytes.Buffer{})
	require.EqualError(t, err, `TOPOLOGY_REPLICAS "abc": want a whole number`)
}

func TestTopologyRunsUntilItsContextEnds(t *testing.T) {
	ports := freePorts(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	out := &bytes.Buffer{}
	ended := make(chan error)
	go func() { ended <- run(ctx, replication.Options{Replicas: 1, Ports: ports}, strings.NewReader(""), out) }()
	addrs := []string{"127.0.0.1:" + strconv.Itoa(ports[0]), "127.0.0.1:" + strconv.Itoa(ports[1])}
	require.Eventually(t, func() bool {
		return len(replication.Check(t.Context(), addrs, replication.CheckOptions{}).Problems) == 0
	}, 5*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Contains(t, out.String(), "redis-cli -p "+strconv.Itoa(ports[1]))
	_, err := net.Dial("tcp", addrs[0])
	require.Error(t, err, "nothing is left listening")
}

func TestTypedLinesBreakAndMend(t *testing.T) {
	top, err := replication.Start(t.Context(), replication.Options{Replicas: 1})
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
		s, err := basics.StartEmbedded(basics.EmbeddedOptions{})
		require.NoError(t, err)
		defer s.Close()
		p, err := strconv.Atoi(port(s.Addr()))
		require.NoError(t, err)
		ports = append(ports, p)
	}
	return ports
}
