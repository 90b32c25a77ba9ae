package launch_test

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// What the embedded server takes, it takes as Redis does: the test runs on both.
func TestPatternMatchesWhatItMatchesInRedis(t *testing.T) {
	c := redistest.Exclusive(t)
	for _, key := range []string{"a", "b", "E", "ab", "a.b", "a*b", "a[b", "news:1", "news:2", "news:é"} {
		require.NoError(t, c.Set(t.Context(), key, "", 0).Err())
	}
	for pattern, want := range map[string]string{
		"*":             "a b E ab a.b a*b a[b news:1 news:2 news:é",
		"?":             "a b E",
		"a?b":           "a.b a*b a[b",
		"a.b":           "a.b",
		`a\*b`:          "a*b",
		`a\[b`:          "a[b",
		`\a`:            "a",
		`\E`:            "E",
		"[ab]":          "a b",
		"[a-c]":         "a b",
		"[^a]":          "b E",
		"[^a-cX-Z0]":    "E",
		"news:[0-9]":    "news:1 news:2",
		"news:[12]":     "news:1 news:2",
		"news:é":        "news:é",
		"n*[a-z:][1]":   "news:1",
		"(?i)A":         "",
		"a|b":           "",
		"[a.]b":         "ab",
		"a[.:#/_ ]b":    "a.b",
		"[a-a][.b-b]*b": "a.b",
	} {
		require.ElementsMatch(t, strings.Fields(want), c.Keys(t.Context(), pattern).Val(), pattern)
		scanned, _, err := c.Scan(t.Context(), 0, pattern, 1000).Result()
		require.NoError(t, err)
		require.ElementsMatch(t, strings.Fields(want), scanned, pattern)
	}
}

// These would do miniredis no harm. Those that would are refused for the same reason:
// they are not among those that are known to be right.
func TestPatternThatIsNotKnownToBeTranslatedIsRefused(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer s.Close()
	c := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer c.Close()
	for _, pattern := range []string{"[ab", "[é]", `[\d]`, "[a,b]", `a\\b`, strings.Repeat("a", 1025)} {
		sub := c.PSubscribe(t.Context())
		defer sub.Close()
		for name, answer := range map[string]func() error{
			"PSUBSCRIBE": func() error {
				if err := sub.PSubscribe(t.Context(), "news:*", pattern); err != nil {
					return err
				}
				_, err := sub.Receive(t.Context())
				return err
			},
			"KEYS":            c.Keys(t.Context(), pattern).Err,
			"PUBSUB CHANNELS": c.PubSubChannels(t.Context(), pattern).Err,
			"SCAN":            c.Scan(t.Context(), 0, pattern, 10).Err,
			"SCAN, match":     c.Do(t.Context(), "SCAN", 0, "COUNT", 10, "match", pattern).Err,
			"HSCAN":           c.HScan(t.Context(), "key", 0, pattern, 10).Err,
			"SSCAN":           c.SScan(t.Context(), "key", 0, pattern, 10).Err,
			"ZSCAN":           c.ZScan(t.Context(), "key", 0, pattern, 10).Err,
			"a script":        c.Eval(t.Context(), "return redis.call('KEYS', ARGV[1])", nil, pattern).Err,
		} {
			err := answer()
			require.ErrorContains(t, err, "the embedded server does not know the pattern", name)
			require.ErrorContains(t, err, "WORKBOOK_REDIS=server", name)
		}
	}
	require.NoError(t, c.Set(t.Context(), "key", "[ab", 0).Err(), "anything else may be written so")
	require.Equal(t, "[ab", c.Get(t.Context(), "key").Val())
}
