package transcript

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		shown, came string
		end         bool
		used        int
		want        verdict
	}{
		{"a b", "a b", true, 2, matches},
		{"a b", "a b", false, 2, matches},
		{"a b", "a b c", false, 2, matches},
		{"a b", "a b c", true, 2, differs},
		{"a b", "a", false, 0, more},
		{"a b", "a", true, 0, differs},
		{"a b", "b", false, 0, differs},
		{"… b", "a b c", false, 2, matches},
		{"… b", "a b c", true, 0, differs},
		{"… b", "b a b", true, 3, matches},
		{"… b", "a", false, 0, more},
		{"a … ", "a b c", true, 3, matches},
		{"a … ", "a b c", false, 1, matches},
		{"a … c … e", "a b c d e", true, 5, matches},
		{"a … c d … e", "a c b c d e", true, 6, matches},
		{"a … c ", "a", true, 1, differs},
		{"… a", "a", true, 1, matches},
		{"…", "", true, 0, matches},
		{"a…c", "abc", true, 1, matches},
		{"a…c", "abd", true, 0, differs},
		{"…[c]", "ab[c]", true, 1, matches},
	} {
		used, v := match(strings.Fields(c.shown), strings.Fields(c.came), nil, c.end)
		require.Equal(t, c.want, v, c)
		require.Equal(t, c.used, used, c)
	}
}

func TestMasks(t *testing.T) {
	for _, c := range []struct{ mask, a, b string }{
		{"line", "    lacks_test.go:69: bob hears nothing", "    lacks_test.go:170: bob hears nothing"},
		{"duration", "ready in 34ms:", "ready in 1.2s:"},
		{"duration", "Ready in 0.33 s: a", "Ready in 12 s: a"},
		{"pid", "127.0.0.1:6379   redis-cli -p 6379   kill -9 24307", "127.0.0.1:6379   redis-cli -p 6379   kill -9 7"},
		{"pid", "master  127.0.0.1:6379  15469  up", "master  127.0.0.1:6379  99  up"},
		{"port", "127.0.0.1:10966> hget a", "127.0.0.1:33> hget a"},
		{"host", "connected to node vm:3000 as", "connected to node a-b.c:3000 as"},
		{"key", "check:52YTFOD5 x", "check:ABCDEFG7 x"},
		{"offset", "master  1 replica  410  -", "master  1 replica  7  -"},
	} {
		require.Equal(t, masked(c.a, []string{c.mask}), masked(c.b, []string{c.mask}), c)
		require.NotEqual(t, masked(c.a, nil), masked(c.b, nil), c)
	}
	require.NotEqual(t, masked("20 of 57 in 3ms", []string{"duration", "pid", "port"}), masked("21 of 57 in 3ms", []string{"duration", "pid", "port"}))
}
