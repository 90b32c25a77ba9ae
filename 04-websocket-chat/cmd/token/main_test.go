package main

import (
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func printed(args ...string) (string, error) {
	var out strings.Builder
	err := run(args, &out, io.Discard)
	return strings.TrimSpace(out.String()), err
}

func TestTokenThatIsPrintedLetsItsBearerIn(t *testing.T) {
	key, err := printed("-new", "2026-01")
	require.NoError(t, err)
	var keys token.Keys
	require.NoError(t, keys.Set(key))
	t.Setenv("TOKEN_KEYS", key)
	text, err := printed("-name", "alice", "-rooms", "lobby,go", "-life", "1h")
	require.NoError(t, err)
	permit, err := keys.Admit(text)
	require.NoError(t, err)
	require.Equal(t, "alice", permit.Name)
	require.Equal(t, []string{"lobby", "go"}, permit.Rooms)
	require.WithinDuration(t, time.Now().Add(time.Hour), permit.Until, time.Minute)
}

func TestMistakesAreASentence(t *testing.T) {
	t.Setenv("TOKEN_KEYS", "")
	key, err := printed("-new", "a")
	require.NoError(t, err)
	for args, says := range map[string]string{
		"":                                "there is no hs256 key in TOKEN_KEYS to sign by: token -new 2026-01 makes one",
		"-new x:y":                        "-new: want 1 to 64 of A-Z a-z 0-9 . _ - as its id",
		"-keys hs256:a:c2VjcmV0":          "-keys: key 1: 6 bytes are too few",
		"-keys " + key + " -rooms ,":      "the token is for no rooms",
		"-keys " + key + " -name :\u202e": "the token names nobody",
		"-keys " + key + " -life 1":       `-life "1": want a time`,
		"alice":                           `unexpected argument "alice"`,
	} {
		_, err := printed(strings.Fields(args)...)
		require.ErrorContains(t, err, says, args)
		require.NotContains(t, err.Error(), key)
	}
	_, err = printed("-h")
	require.True(t, errors.Is(err, flag.ErrHelp))
}
