package deploy

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	relaynode "example.com/redis-chat/05-distributed-relay/node"
)

// setting is what one file gives to a node.
type setting struct {
	file      string
	variables map[string]string
	stop      time.Duration // from SIGTERM to SIGKILL
}

// ofGo are variables that Go's runtime reads.
var ofGo = map[string]bool{"GOMEMLIMIT": true, "GOGC": true}

func settings(t *testing.T) []setting {
	t.Helper()
	unit := assignments(t, "systemd/chat-node@.service", "Service")
	seconds, err := time.ParseDuration(only(t, unit, "TimeoutStopSec") + "s")
	require.NoError(t, err)
	var all []setting
	files, err := filepath.Glob(filepath.Join(root(t), "deploy", "systemd", "*.env"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := "systemd/" + filepath.Base(file)
		s := setting{file: name, variables: map[string]string{}, stop: seconds}
		for key := range assignments(t, name, "") {
			s.variables[key] = only(t, assignments(t, name, ""), key)
		}
		all = append(all, s)
	}
	for name, service := range services(t) {
		if service.Image == "chat-node" {
			all = append(all, setting{"compose/compose.yaml, " + name, environment(service), time.Duration(*service.StopGracePeriod)})
		}
	}
	pod := nodePod(t)
	s := setting{"kubernetes/nodes.yaml", map[string]string{}, time.Duration(pod.TerminationGracePeriodSeconds) * time.Second}
	for _, v := range pod.container(t, "node").Env {
		if s.variables[v.Name] = v.Value; v.ValueFrom != nil {
			s.variables[v.Name] = "from-elsewhere"
		}
	}
	return append(all, s)
}

func TestTheNodeKnowsEachVariableAndTakesItsValue(t *testing.T) {
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	require.NoError(t, new(relaynode.Config).Parse(fs, nil))
	known := map[string]bool{}
	fs.VisitAll(func(f *flag.Flag) { known[strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))] = true })
	require.Greater(t, len(known), 20)
	for _, s := range settings(t) {
		t.Run(s.file, func(t *testing.T) {
			require.NotEmpty(t, s.variables)
			for name, value := range s.variables {
				require.True(t, known[name] || ofGo[name], "no node knows %s", name)
				t.Setenv(name, os.Expand(value, func(string) string { return "a-password" }))
			}
			fs := flag.NewFlagSet("node", flag.ContinueOnError)
			fs.SetOutput(io.Discard)
			require.NoError(t, new(relaynode.Config).Parse(fs, nil))
			require.NotEmpty(t, s.variables["LISTEN_HOST"], "else nobody outside of its machine, or its container, reaches it")
			require.NotContains(t, s.variables, "PEERS", "behind a proxy pages come back to the proxy")
		})
	}
}

// Whoever is killed before DRAIN_DELAY and GRACE are over loses what its clients still had to get.
func TestEachNodeIsGivenTheTimeToEnd(t *testing.T) {
	for _, s := range settings(t) {
		delay, err := time.ParseDuration(s.variables["DRAIN_DELAY"])
		require.NoError(t, err, s.file)
		grace, err := time.ParseDuration(s.variables["GRACE"])
		require.NoError(t, err, s.file)
		require.Positive(t, delay, "%s: the proxy asks each second, and must have noticed", s.file)
		require.GreaterOrEqual(t, s.stop, delay+grace+5*time.Second, s.file)
	}
}
