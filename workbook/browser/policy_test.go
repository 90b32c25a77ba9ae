package browser

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

func TestPageConnectsToItsNodeAndPeersAndNowhereElse(t *testing.T) {
	t.Parallel()
	peer := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	stranger := start(t, chat.Options{Node: "n3", AllowedOrigins: []string{"*"}})
	n := start(t, chat.Options{Node: "n1"}, "http://"+peer.addr)
	b := openWith(t, n.url("alice"), 800, 600, watchful)
	b.shows("status", "Connected to n1") // 'self' stands for the node's WebSockets, too

	b.evaluate(`window.opened = 0, new WebSocket("ws://` + peer.addr + `/ws").onopen = () => opened++, true`)
	b.until(`opened === 1`)
	b.evaluate(`taken.length === 0`)
	for _, url := range []string{"ws://" + stranger.addr + "/ws", "wss://chat.example/ws", "ws://" + strings.Split(n.addr, ":")[0] + ":1/ws"} {
		b.evaluate(`taken.length = 0, new WebSocket(` + quote(url) + `).onopen = () => opened++, true`)
		b.until(`taken.length === 1 && taken[0].startsWith("forbidden: connect-src ")`)
	}
	b.evaluate(`taken.length = 0, fetch("http://` + stranger.addr + `/").catch(() => {}), true`)
	b.until(`taken.length === 1 && taken[0].startsWith("forbidden: connect-src ")`)
	b.evaluate(`opened === 1`)
	require.NotEmpty(t, b.complaints())
}

func TestPageStandsInNobodysFrame(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><iframe src="` + n.url("alice") + `"></iframe>`))
	}))
	t.Cleanup(other.Close)
	b := open(t, other.URL, 800, 600)
	require.Eventually(t, func() bool { return strings.Contains(strings.Join(b.complaints(), "\n"), "frame-ancestors 'none'") }, patience, tick)
	require.Zero(t, n.hub.Stats().Connections)
}
