package launch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBackendIsReadFromOneVariable(t *testing.T) {
	for s, want := range map[string]Backend{
		"":                                 {},
		"embedded":                         {},
		" server ":                         {Kind: KindServer},
		"localhost:6379":                   {Kind: KindRunning, Addrs: []string{"localhost:6379"}},
		"127.0.0.1:6379, [::1]:6380":       {Kind: KindRunning, Addrs: []string{"127.0.0.1:6379", "[::1]:6380"}},
		"master.example:1,replica-1:65535": {Kind: KindRunning, Addrs: []string{"master.example:1", "replica-1:65535"}},
	} {
		got, err := ParseBackend(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got)
		again, err := ParseBackend(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, s := range []string{"redis", "localhost", ":6379", "localhost:0", "localhost:65536", "localhost:http", "a:1,", "redis://localhost:6379"} {
		_, err := ParseBackend(s)
		require.ErrorContains(t, err, "want embedded, server, or host:port", s)
		t.Setenv("WORKBOOK_REDIS", s)
		_, err = BackendFromEnv()
		require.ErrorContains(t, err, "WORKBOOK_REDIS")
	}
}

// A program that starts servers of its own can use none of others: it says so, and does not start its own in silence.
func TestVariableDecidesForAProgramWithServersOfItsOwn(t *testing.T) {
	for s, want := range map[string]string{"": "auto", "embedded": "embedded", "server": "server"} {
		t.Setenv("WORKBOOK_REDIS", s)
		got, err := OwnFromEnv()
		require.NoError(t, err, s)
		require.Equal(t, want, got)
	}
	t.Setenv("WORKBOOK_REDIS", "127.0.0.1:6399")
	_, err := OwnFromEnv()
	require.EqualError(t, err, `WORKBOOK_REDIS "127.0.0.1:6399": want embedded or server, as this program starts servers of its own; or unset it`)
	t.Setenv("WORKBOOK_REDIS", "redis")
	_, err = OwnFromEnv()
	require.ErrorContains(t, err, `WORKBOOK_REDIS "redis": want embedded, server`)
}
