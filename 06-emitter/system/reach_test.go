package system_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/06-emitter/system"
)

// Linux asks nobody whether a program may listen, and every address of 127.0.0.0/8 is its own.
func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a firewall may ask its user about a program that others reach")
	}
}

func TestNodesCanListenOnOneAddress(t *testing.T) {
	onLinux(t)
	s, _ := start(t, system.Options{Host: "127.0.0.2"})
	require.Contains(t, s.State().Nodes[0].URL, "http://127.0.0.2:")
	dial(t, s, 0, "alice")
	require.NotContains(t, s.Hints(), "From other machines")
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.State().Nodes[0].URL, "http://"))
	require.NoError(t, err)
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.3", port))
	if err == nil {
		conn.Close()
	}
	require.ErrorIs(t, err, syscall.ECONNREFUSED, "it listens on no other")
}

// Twenty people come from their own laptops, whose 127.0.0.1 is another.
func TestOtherMachinesReachNodesThatListenEverywhere(t *testing.T) {
	onLinux(t)
	s, _ := start(t, system.Options{Host: "0.0.0.0"})
	if !inANetwork(t) {
		t.Skip("this machine is in no network with others")
	}
	found := regexp.MustCompile(`From other machines: (\S+) (\S+)\n`).FindStringSubmatch(s.Hints())
	require.NotNil(t, found, "both nodes are named to whoever starts them:\n%s", s.Hints())
	require.Contains(t, s.State().Nodes[0].URL, "http://127.0.0.1:", "for whoever is here")
	first, second := found[1], found[2]
	host, _, err := net.SplitHostPort(strings.TrimPrefix(first, "http://"))
	require.NoError(t, err)
	require.False(t, net.ParseIP(host).IsLoopback())

	page := get(t, first, "")
	require.Equal(t, http.StatusOK, page.status)
	require.Contains(t, page.body, second, "where the page goes when its node is gone")
	require.NotContains(t, page.body, "127.0.0.1", "the laptop's own")
	require.NotContains(t, page.body, first, "a node that is gone is not where to go")
	require.Equal(t, http.StatusMisdirectedRequest, get(t, first, "evil.example").status, "another site's name leads to this machine")
	require.Equal(t, http.StatusOK, get(t, s.State().Nodes[1].URL, "").status)

	_, port, err := net.SplitHostPort(strings.TrimPrefix(first, "http://"))
	require.NoError(t, err)
	for _, origin := range []string{first, "http://127.0.0.1:" + port, "http://localhost:" + port} {
		asks := second + "/ws?name=alice&origin=" + url.QueryEscape(origin)
		require.Equal(t, http.StatusUpgradeRequired, get(t, asks, "").status, "a page of the first node may come to the second: %s", origin)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	there, err := client.Dial(ctx, second, client.DialOptions{Name: "alice"})
	require.NoError(t, err)
	defer there.Close()
	bob := dial(t, s, 0, "bob")
	send(t, there, "hello")
	require.JSONEq(t, `"hello"`, string(hear(t, bob, "message").Data))
}

func TestNamesOfTheEnvironmentAreThoseThatNodesAnswerUnder(t *testing.T) {
	onLinux(t)
	t.Setenv("ALLOWED_HOSTS", "class.example")
	s, _ := start(t, system.Options{Host: "0.0.0.0", Nodes: 1})
	for host, status := range map[string]int{"class.example": http.StatusOK, "evil.example": http.StatusMisdirectedRequest, "localhost": http.StatusOK} {
		require.Equal(t, status, get(t, s.State().Nodes[0].URL, host).status, host)
	}
}

// inANetwork looks for itself, so that a system which finds no address is not taken for a machine which has none.
func inANetwork(t *testing.T) bool {
	t.Helper()
	all, err := net.InterfaceAddrs()
	require.NoError(t, err)
	return slices.ContainsFunc(all, func(a net.Addr) bool {
		ip := a.(*net.IPNet).IP
		return ip.To4() != nil && ip.IsGlobalUnicast()
	})
}

type answer struct {
	status int
	body   string
}

// get asks under that name, or under that of the URL.
func get(t *testing.T, url, host string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Host, r.Close = host, true
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, string(text)}
}
