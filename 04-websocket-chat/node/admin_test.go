package node

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/admin"
)

// operators opens a node's address for them, until the test ends.
func operators(t *testing.T, c *Config) error {
	t.Helper()
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return c.ServeAdmin(ctx, hub, slog.New(slog.DiscardHandler))
}

func free(t *testing.T, host string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestOperatorsHaveNoAddressUnlessItIsSet(t *testing.T) {
	require.NoError(t, operators(t, &Config{}))
}

func TestAddressThatOthersReachNeedsAToken(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:9000", "chat.example.com:9000"} {
		err := operators(t, &Config{AdminAddr: addr})
		require.EqualError(t, err, "ADMIN_ADDR "+addr+" is not this machine's alone: set ADMIN_TOKEN, or choose 127.0.0.1")
		_, usage := err.(*cmdline.Usage)
		require.True(t, usage)
	}
	require.NoError(t, operators(t, &Config{AdminAddr: "0.0.0.0:0", AdminToken: "0123456789abcdef"}))
	require.NoError(t, operators(t, &Config{AdminAddr: "localhost:0"}))
	taken := free(t, "127.0.0.1")
	l, err := net.Listen("tcp", taken)
	require.NoError(t, err)
	defer l.Close()
	require.ErrorContains(t, operators(t, &Config{AdminAddr: taken}), "choose another ADMIN_ADDR")
}

func TestTokenThatCouldBeGuessedIsRefusedAndNotShown(t *testing.T) {
	for _, token := range []string{"123456789012345", "with spaces in between", "0123456789abcde\n", "0123456789abcdeü"} {
		err := operators(t, &Config{AdminAddr: "127.0.0.1:0", AdminToken: token})
		require.EqualError(t, err, "ADMIN_TOKEN: want 16 ASCII characters or more, without spaces, as openssl rand -hex 16 makes them")
		_, usage := err.(*cmdline.Usage)
		require.True(t, usage)
	}
}

// A page whose name leads to this machine is of the same site, and its browser may say nothing of where it comes from.
func TestOperatorsAddressAnswersUnderItsOwnNamesAlone(t *testing.T) {
	addr := free(t, "127.0.0.1")
	require.NoError(t, operators(t, &Config{AdminAddr: addr}))
	for host, want := range map[string]int{"evil.example": http.StatusMisdirectedRequest, "localhost": http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/clients", nil)
		require.NoError(t, err)
		r.Host, r.Close = host, true
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, want, answer.StatusCode, host)
	}
}

func TestSocketInTheFileSystemIsForTheNodesOwnUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	require.NoError(t, err)
	left.SetUnlinkOnClose(false) // as by a node that was killed
	require.NoError(t, left.Close())
	require.NoError(t, operators(t, &Config{AdminAddr: "unix:" + path}))
	caller, err := admin.NewCaller("unix:"+path, "")
	require.NoError(t, err)
	require.NoError(t, caller.Clients(t.Context(), func(admin.Client) {}))
	mode(t, path)
	require.ErrorContains(t, operators(t, &Config{AdminAddr: "unix:" + path}), "a program listens at "+path)
}
