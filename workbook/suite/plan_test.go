package suite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlan(t *testing.T) {
	const server = "/usr/bin/redis-server"
	for name, c := range map[string]struct {
		env    []string
		server string
		want   []string // WORKBOOK_REDIS of each run
		note   bool
	}{
		"nothing but Go":                 {want: []string{"embedded"}, note: true},
		"a server on the PATH":           {server: server, want: []string{"embedded", "server"}},
		"a server is required":           {env: []string{"REQUIRE_REDIS=1"}, want: []string{"embedded", "server"}},
		"the environment chose":          {env: []string{"WORKBOOK_REDIS=127.0.0.1:7000"}, server: server, want: []string{"127.0.0.1:7000"}},
		"the environment chose embedded": {env: []string{"WORKBOOK_REDIS=embedded"}, server: server, want: []string{"embedded"}},
	} {
		t.Run(name, func(t *testing.T) {
			runs, notes := plan(c.env, c.server)
			var got []string
			for _, r := range runs {
				got = append(got, lookup(r.environ(c.env), "WORKBOOK_REDIS"))
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.note, len(notes) > 0)
		})
	}
}

func TestEachRequirementHoldsInOneRun(t *testing.T) {
	env := []string{"PATH=/bin", "REQUIRE_REDIS=1", "REQUIRE_BROWSER=1", "REQUIRE_NODE=1"}
	runs, _ := plan(env, "/usr/bin/redis-server")
	require.Len(t, runs, 2)
	embedded, server := runs[0].environ(env), runs[1].environ(env)

	require.Equal(t, []string{"PATH=/bin", "REQUIRE_BROWSER=1", "WORKBOOK_REDIS=embedded"}, embedded)
	require.Equal(t, []string{"PATH=/bin", "REQUIRE_REDIS=1", "REQUIRE_NODE=1", "WORKBOOK_REDIS=server"}, server)
	require.Equal(t, []bool{true, false}, []bool{runs[0].short, runs[1].short}, "what is long runs once")

	runs, _ = plan(nil, "")
	require.False(t, runs[0].short, "where it is the only run, too")
}

func TestArgumentsThatNamePackages(t *testing.T) {
	require.True(t, givesPackages([]string{"-run", "Order", "./03-pubsub/..."}))
	require.False(t, givesPackages([]string{"-run", "Order"}))
	require.False(t, givesPackages(nil))
}

func TestBackendIsWhatTheTestsTake(t *testing.T) {
	for _, good := range []string{
		"", "embedded", "server", " server ", "localhost:6379", "[::1]:6379", "127.0.0.1:6379,127.0.0.1:6380,127.0.0.1:6381",
		"[::1]:6379, [::1]:6380,[fe80::1]:6381",
	} {
		require.NoError(t, checkBackend(good), good)
	}
	for _, bad := range []string{"redis", "::1", "::1:6379,x", "[::1]", "localhost", ":6379", "localhost:0", "localhost:65536", "a:1,", "redis://localhost:6379", "a b:1"} {
		require.ErrorIs(t, checkBackend(bad), ErrBackend, bad)
	}
}
