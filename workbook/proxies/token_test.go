package proxies

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/token"
)

// tokens returns the TOKEN_KEYS of nodes, and a token of theirs.
func tokens(t *testing.T) (keys, text string) {
	t.Helper()
	secret := []byte("32 bytes that issuer and nodes share")
	text, err := token.Issue(secret, "2026-01", "alice", []string{"*"}, time.Hour)
	require.NoError(t, err)
	return "TOKEN_KEYS=hs256:2026-01:" + base64.StdEncoding.EncodeToString(secret), text
}

// Each way in which a client can bring a token (docs/security.md), by its name.
func ways(token string) map[string]struct {
	query  string
	header http.Header
} {
	type way = struct {
		query  string
		header http.Header
	}
	return map[string]way{
		"Authorization": {"", http.Header{"Authorization": {"Bearer " + token}}},
		"subprotocol":   {"", http.Header{"Sec-Websocket-Protocol": {"chat.v1, token." + token}}},
		"cookie":        {"", http.Header{"Cookie": {"chat_token=" + token}}},
		"query":         {"?token=" + token, nil},
	}
}

func TestATokenReachesTheNodeInEachWay(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		keys, token := tokens(t)
		both, _ := nodes(t, keys)
		p := k.before(t, both...)
		for name, way := range ways(token) {
			t.Run(name, func(t *testing.T) {
				v := p.enterAt(t, "/ws"+way.query, way.header)
				require.Equal(t, "alice", v.welcome.Name)
				if name == "subprotocol" {
					require.Equal(t, "chat.v1", v.Subprotocol(), "a browser closes a socket that takes none of its protocols")
				}
			})
		}
		_, resp, err := p.dial(t, "/ws", nil)
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
		require.Equal(t, "Bearer", resp.Header.Get("WWW-Authenticate"))
	})
}

// logs is all that the proxy has logged.
func (p *proxy) logs(t *testing.T) string {
	t.Helper()
	all := p.log.String()
	files, err := filepath.Glob(filepath.Join(p.place.dir, "*.log"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all += string(text)
	}
	return all
}

// bringAll brings a token in each way, to nodes that take it and to nodes that are gone, and returns when the proxy has logged all of it.
func (p *proxy) bringAll(t *testing.T, token string, both []*node) (logs string) {
	t.Helper()
	for _, way := range ways(token) {
		require.NoError(t, p.enterAt(t, "/ws"+way.query, way.header).Close())
	}
	p.get(t, "http://"+site+"/?token="+token, false)
	require.Equal(t, http.StatusOK, p.get(t, "/?token="+token, true).status)
	for _, n := range both {
		n.kill()
	}
	for _, way := range ways(token) {
		_, resp, err := p.dial(t, "/ws"+way.query, way.header)
		require.Error(t, err)
		require.GreaterOrEqual(t, resp.StatusCode, http.StatusBadGateway)
	}
	require.GreaterOrEqual(t, p.get(t, "/?token="+token, true).status, http.StatusBadGateway)
	require.GreaterOrEqual(t, p.get(t, "/chat/ws?token="+token, true).status, http.StatusBadGateway)
	require.Eventually(t, func() bool {
		logs = p.logs(t)
		return strings.Count(logs, "/ws") >= 2*len(ways(token))+1
	}, patience, tick, "the log tells of each request")
	return logs
}

func TestNoProxyLogsAToken(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		keys, token := tokens(t)
		both, _ := nodes(t, keys)
		logs := k.before(t, both...).bringAll(t, token, both)
		signature := token[strings.LastIndex(token, ".")+1:]
		require.NotContains(t, logs, signature)
		for _, n := range both {
			require.NotContains(t, n.log.String(), signature)
		}
	})
}

// What keeps a token out of the logs, line by line: without it the token is there.
func TestALogHasTheTokenWhereTheFileDoesNotKeepItOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind     kind
		name     string
		old, new string // in each place
	}{
		{nginx, "access log", "access.log path", "access.log combined"},
		{nginx, "error log", "error.log emerg", "error.log error"},
		{haproxy, "access log", "%HPO", "%HU"},
		{caddy, "query", "request>uri regexp [?].* \"\"", "request>size delete"},
		{caddy, "headers", "request>headers delete", "request>host delete"},
	} {
		t.Run(row.kind.name+", "+row.name, func(t *testing.T) {
			need(t, row.kind)
			t.Parallel()
			keys, token := tokens(t)
			both, _ := nodes(t, keys)
			logs := row.kind.with(t, row.old, row.new, both...).bringAll(t, token, both)
			require.Contains(t, logs, token)
		})
	}
}
