package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChannelsFollowTheKey(t *testing.T) {
	all, one := Envelope{}, Envelope{Rooms: []string{"lobby"}}
	require.Equal(t, "socket.io#/#", all.Channel(DefaultKey))
	require.Equal(t, "socket.io#/#*", Pattern(DefaultKey))
	require.Empty(t, OwnPrefix(DefaultKey), "chat:probe and chat:presence are as ever")
	require.Equal(t, "shop#/#lobby#", one.Channel("shop"))
	require.Equal(t, "shop#/#*", Pattern("shop"))
	require.Equal(t, "shop:chat:probe", OwnPrefix("shop")+ProbeChannel)
}

func TestWhatCanBeAKey(t *testing.T) {
	keys := []string{"socket.io", "chat", "shop", "a:b", "店", "x", strings.Repeat("x", 128)}
	for _, key := range keys {
		require.NoError(t, CheckKey(key), key)
	}
	for _, key := range []string{"", "a#", "a#/#b", "*", "a?", "[a]", `a\b`, "a b", "a\tb", "a\nb", "a\x00", "\xff", "a\u200bb", strings.Repeat("x", 129)} {
		require.ErrorContains(t, CheckKey(key), "want 1 to 128 bytes", "%q", key)
	}
	// No channel of one key is another's.
	for _, key := range keys {
		for _, other := range keys {
			for _, room := range []string{"", "r", "/", "chat:probe"} {
				e := Envelope{Rooms: []string{room}}
				if room == "" {
					e.Rooms = nil
				}
				channel := e.Channel(key)
				heard := strings.HasPrefix(channel, strings.TrimSuffix(Pattern(other), "*"))
				require.Equal(t, key == other, heard, "%s by %s", channel, other)
				require.NotEqual(t, OwnPrefix(other)+ProbeChannel, channel)
			}
			require.Equal(t, key == other, OwnPrefix(key) == OwnPrefix(other))
		}
	}
}

func TestKeyFromTheEnvironment(t *testing.T) {
	key := "as it was"
	require.NoError(t, KeyFromEnv(&key, func(string) string { return "" }))
	require.Equal(t, "as it was", key)
	require.NoError(t, KeyFromEnv(&key, func(string) string { return "shop" }))
	require.Equal(t, "shop", key)
	require.ErrorContains(t, KeyFromEnv(&key, func(string) string { return "a*" }), `CHANNEL_PREFIX "a*": want 1 to 128 bytes`)
	require.Equal(t, "shop", key)
}
