package browser

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

// behind is the URL of a proxy in front of a node, which serves it under a prefix, "" or "/chat". Where no node
// answers it does as nginx does: with a page of its own.
func behind(t *testing.T, n *node, prefix string, keepHost bool) string {
	t.Helper()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: n.addr})
			if keepHost {
				r.Out.Host = r.In.Host
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"))
		},
	}
	s := httptest.NewServer(http.StripPrefix(prefix, proxy))
	t.Cleanup(s.Close)
	return s.URL + prefix + "/"
}

// A proxy that puts a name of its own into the Host header makes a foreign site of the page. The page used to say for
// ever that the node is there.
func TestPageTellsThatItsSiteIsRefused(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	url := behind(t, n, "", false)
	b := open(t, url+"?name=alice", 1100, 700)
	b.shows("status", "Not connected: the node refuses")
	b.shows("refused", "pages of "+strings.TrimSuffix(url, "/")+" may not connect to this node; its operator can allow them (ALLOWED_ORIGINS), or let a proxy in front pass the Host header on")
	b.picture("refused-origin")
	require.Equal(t, int64(1), n.hub.Refusals()[chat.RefusedOrigin])
}

func TestPageUnderAPrefix(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	url := behind(t, n, "/chat", true)
	alice, bob := open(t, url+"?name=alice", 1100, 700), open(t, url+"?name=bob&room=lobby", 1100, 700)
	alice.shows("status", "Connected to n1 as alice")
	bob.shows("status", "Connected to n1 as bob")
	alice.types("hello\r")
	bob.shows("log", "hello")
	bob.until(`location.pathname === "/chat/" && document.getElementById("join").action === location.origin + "/chat/"`)
}

func TestPageOfAProxyIsNotShownWithinThePage(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, behind(t, n, "/chat", true)+"?name=alice", 1100, 700, clock)
	b.shows("status", "Connected to n1 as alice")
	n.stop()
	b.shows("status", "Not connected")
	b.tryAgain()
	b.shows("status", "Not connected: the node cannot be reached, and something in front of it answers 502. Trying again.")
	b.picture("no-node")
	n.start()
	b.tryAgain()
	b.shows("status", "Connected to n1 as alice")
}

// 421: the node has other names than the one by which it is asked.
func TestPageTellsThatItsNodeHasAnotherName(t *testing.T) {
	t.Parallel()
	b := open(t, otherName(t)+"/?name=alice", 1100, 700)
	b.shows("status", "Not connected: the node refuses")
	b.shows("refused", "this node does not answer under chat.example.com")
}

// otherName is the URL of a page whose node refuses the name of each WebSocket.
func otherName(t *testing.T) string {
	n := start(t, chat.Options{Node: "n1"})
	to := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: n.addr}) }}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ws" {
			http.Error(w, "this node does not answer under chat.example.com", http.StatusMisdirectedRequest)
			return
		}
		to.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}
