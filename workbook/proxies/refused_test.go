package proxies

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// question is what a page asks when it got no WebSocket.
func question(origin string) string { return "/ws?name=alice&origin=" + url.QueryEscape(origin) }

func TestNodesSentencesComeThrough(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t)
		p := k.before(t, both...)
		const foreign, sentence = "https://elsewhere.example", "pages of https://elsewhere.example may not connect to this node"
		_, resp, err := p.dial(t, "/ws?name=alice", http.Header{"Origin": {foreign}})
		require.Error(t, err)
		require.Equal(t, http.StatusForbidden, resp.StatusCode)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Contains(t, string(text), sentence)
		for _, http2 := range []bool{false, true} {
			a := p.get(t, question(foreign), http2)
			require.Equal(t, http.StatusForbidden, a.status)
			require.Contains(t, a.body, sentence)
			require.Equal(t, http.StatusBadRequest, p.get(t, "/ws?name=", http2).status)
			require.Equal(t, frame.NameRule, p.get(t, "/ws?name=", http2).body)
		}
	})
}

// Some of the mistakes in nginx' file that many have made, and how page and operator hear of them.
func TestMistakesWithNginxAreExplained(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		old, new string // in each place
		status   int
		says     string
		reason   string
	}{
		"the name of the upstream": {"proxy_set_header Host $http_host;", "", 421, "this node does not answer under nodes", ""},
		"an address of loopback":   {"Host $http_host", "Host 127.0.0.1:3000", 403, "let a proxy in front pass the Host header on", "origin"},
		"a name without the port":  {"Host $http_host", "Host $host", 403, "pages of https://chat.example.com:8443 may not connect", "origin"},
		"no upgrade":               {"proxy_set_header Upgrade $http_upgrade;", "", 426, "does not ask for a WebSocket", "no_upgrade"},
		"the standard port":        {"Host $http_host", "Host $host:443", 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, nginx)
			t.Parallel()
			both, _ := nodes(t)
			p := nginx.with(t, row.old, row.new, both...)
			origin := "https://" + site
			if strings.Contains(name, "without the port") {
				origin += ":8443"
			}
			if row.status == 0 {
				p.enter(t, "alice")
				return
			}
			_, resp, err := p.dial(t, "/ws?name=alice", http.Header{"Origin": {origin}})
			require.Error(t, err)
			require.Equal(t, row.status, resp.StatusCode)
			a := p.get(t, question(origin), true)
			require.Equal(t, row.status, a.status)
			require.Contains(t, a.body, row.says)
			if row.reason == "" { // no request for a WebSocket comes that far
				return
			}
			var metrics, log string
			for _, n := range both {
				_, text := n.get("/metrics")
				metrics, log = metrics+text, log+n.log.String()
			}
			require.Contains(t, metrics, `chat_refused_total{reason="`+row.reason+`"} 1`, "the question why is not counted")
			require.Contains(t, log, `level=WARN msg="refused clients" reason=`+row.reason)
		})
	}
}

func TestClientsAreCountedByTheirAddress(t *testing.T) {
	each(t, func(t *testing.T, k kind) {
		both, _ := nodes(t, "TRUSTED_PROXIES=127.0.0.1", "MAX_CONNS_PER_IP=1")
		both[1].kill() // or each would take one
		p := k.before(t, both...)
		// What a client says of itself must not let it in twice.
		p.enterAt(t, "/ws?name=alice", http.Header{"X-Forwarded-For": {"203.0.113.7"}})
		_, resp, err := p.dial(t, "/ws?name=bob", http.Header{"X-Forwarded-For": {"203.0.113.8"}})
		require.Error(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Contains(t, string(text), "MAX_CONNS_PER_IP")
		require.Contains(t, both[0].log.String(), "from=127.0.0.1:0", "the proxy has told the address")
	})
}
