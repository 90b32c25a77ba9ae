package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/06-emitter/system"
)

func TestNodeThatCannotStartSaysWhy(t *testing.T) {
	_, err := system.Start(t.Context(), system.Options{Redis: "embedded", Node: []string{"go", "no-such-thing"}})
	require.ErrorContains(t, err, "it ended before it was ready")
	require.ErrorContains(t, err, "go help")
}

func TestTakenPortsBecomeTheNextFreeOnes(t *testing.T) {
	first, _ := start(t, system.Options{})
	var o system.Options
	for _, server := range first.State().Servers {
		o.RedisPorts = append(o.RedisPorts, port(t, server.Addr))
	}
	for _, n := range first.State().Nodes {
		o.Ports = append(o.Ports, port(t, strings.TrimPrefix(n.URL, "http://")))
	}
	second, out := start(t, o)
	out.shows(t, fmt.Sprintf("port %d is taken by another program: master gets ", o.RedisPorts[0]))
	out.shows(t, fmt.Sprintf("port %d is taken by another program: node-2 gets ", o.Ports[1]))
	alice, bob := dial(t, second, 0, "alice"), dial(t, second, 1, "bob")
	send(t, alice, "in the second system")
	require.JSONEq(t, `"in the second system"`, string(hear(t, bob, "message").Data))
}

func TestEnvironmentOfOthersDoesNotReachTheNodes(t *testing.T) {
	for name, value := range map[string]string{
		"PUB_PORT": "1", "SUB_HOST": "no-such-host.invalid", "PORT": "nonsense", "GRACE": "nonsense",
		"SENTINELS": "127.0.0.1:1", "MASTER_NAME": "another", "REDIS_PASSWORD": "secret", "REDIS_TLS": "true", "REDIS_CERT": "nonsense", "PPROF_ADDR": "nonsense",
		"TLS_CERT": "nonsense", "TLS_KEY": "nonsense", "ADMIN_ADDR": "nonsense", "ADMIN_TOKEN": "short",
	} {
		t.Setenv(name, value)
	}
	start(t, system.Options{Nodes: 1})
}

func TestSettingsInTheEnvironmentReachEveryNode(t *testing.T) {
	t.Setenv("MAX_MESSAGE_BYTES", "1000")
	s, _ := start(t, system.Options{})
	for i := range s.State().Nodes {
		alice := dial(t, s, i, "alice")
		require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "message", Data: json.RawMessage(`"` + strings.Repeat("x", 1000) + `"`)}))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var err error
		for err == nil {
			_, err = alice.Receive(ctx)
		}
		require.ErrorContains(t, err, "1009")
	}
}

func TestSettingThatNoNodeTakesIsNamed(t *testing.T) {
	t.Setenv("MAX_DELAY", "soon")
	_, err := system.Start(t.Context(), system.Options{Redis: "embedded", Nodes: 1})
	require.ErrorContains(t, err, `MAX_DELAY "soon": want`)
}

func TestOptionsThatCannotBe(t *testing.T) {
	for text, o := range map[string]system.Options{
		`-redis "mysql"`:       {Redis: "mysql"},
		"-nodes 21":            {Nodes: 21},
		"3 ports for 2 nodes":  {Nodes: 2, Ports: []int{1, 2, 3}},
		"-redis-ports names 1": {RedisPorts: []int{6379}},
		"port 70000":           {MapPort: 70000},
		"asked for twice":      {Ports: []int{3000, 3000}},
		"-sentinels 10":        {Sentinels: 10},
		"2 ports for 1 Senti":  {Sentinels: 1, SentinelPorts: []int{1, 2}},
		"-down-after -1s":      {DownAfter: -time.Second},
	} {
		err := o.Check()
		require.ErrorIs(t, err, system.ErrOption)
		require.ErrorContains(t, err, text)
	}
	require.NoError(t, system.Options{Ports: []int{0, 0}}.Check())
}

func TestRealServersArePreferred(t *testing.T) {
	redistest.NeedsServer(t)
	out := &screen{}
	s, err := system.Start(t.Context(), system.Options{Out: out})
	require.NoError(t, err)
	defer s.Stop()
	out.shows(t, "Redis: real servers, ")
	require.NotZero(t, s.State().Servers[0].PID)
}
