package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/admin"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

// operated is a node that operators can call.
type operated struct {
	*chattest.Node
	hub *chat.Hub
	url string // of the operators' address
	log *bytes.Buffer
}

func operating(t *testing.T, secret string) *operated {
	t.Helper()
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	clients := httptest.NewServer(hub)
	log := new(bytes.Buffer)
	operators := httptest.NewServer(admin.Handler(admin.Options{Hub: hub, Node: "n1", Token: secret, Log: slog.New(slog.NewTextHandler(log, nil))}))
	t.Cleanup(func() {
		operators.Close()
		hub.Drain(context.Background(), 100*time.Millisecond)
		clients.Close()
	})
	addr := strings.TrimPrefix(clients.URL, "http://")
	return &operated{&chattest.Node{T: t, Addr: addr, Dial: new(net.Dialer).DialContext}, hub, operators.URL, log}
}

// calls sends a request as it is.
func (n *operated) calls(method, path, body string, header http.Header) (status int, said string) {
	n.T.Helper()
	r, err := http.NewRequestWithContext(n.T.Context(), method, n.url+path, strings.NewReader(body))
	require.NoError(n.T, err)
	r.Header, r.Close = header, true
	answer, err := http.DefaultClient.Do(r)
	require.NoError(n.T, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(n.T, err)
	return answer.StatusCode, strings.TrimSpace(string(text))
}

func asJSON(more ...string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(more); i += 2 {
		h.Set(more[i], more[i+1])
	}
	return h
}

func TestOperatorListsAndKicks(t *testing.T) {
	n := operating(t, "")
	mallory := n.Enter("mallory", "go")
	n.Enter("alice", "go")
	caller, err := admin.NewCaller(n.url, "")
	require.NoError(t, err)
	var names []string
	require.NoError(t, caller.Clients(t.Context(), func(c admin.Client) {
		require.Equal(t, "n1", c.Node)
		require.Equal(t, []string{"go"}, c.Rooms)
		names = append(names, c.Name)
	}))
	require.ElementsMatch(t, []string{"mallory", "alice"}, names)

	done, err := caller.Kick(t.Context(), admin.Order{Name: "mallory", Reason: "no spam here", For: "90s"})
	require.NoError(t, err)
	require.Equal(t, 1, done.Kicked)
	require.Equal(t, "n1", done.Node)
	require.Equal(t, "you were asked to leave for 90 s: no spam here", mallory.Closed().Text)
	require.Contains(t, n.log.String(), `level=INFO msg=kick id="" name=mallory address="" for=1m30s reason="no spam here" clients=1 by=127.0.0.1:`)
	_, resp, err := n.Connect("?name=mallory", nil)
	require.Error(t, err)
	require.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
}

func TestOrderThatMakesNoSenseIsRefusedWithASentence(t *testing.T) {
	n := operating(t, "")
	for body, want := range map[string]string{
		"":                  "say who is to leave: an id, a name or an address",
		"{}":                "say who is to leave: an id, a name or an address",
		`{"reason":"spam"}`: "say who is to leave: an id, a name or an address",
		`{"who":"mallory"}`: "the body is no order",
		`name=mallory`:      "the body is no order",
		`[]`:                "the body is no order",
		`{"name":"` + strings.Repeat("x", 5000) + `"}`:            "the body is no order",
		`{"name":"m","for":"10"}`:                                 "want a time from 1s to 24h",
		`{"name":"m","for":"0s"}`:                                 "want a time from 1s to 24h",
		`{"name":"m","for":"25h"}`:                                "want a time from 1s to 24h",
		`{"address":"192.0.2.1:80"}`:                              "want an IP address, as 192.0.2.1 or 2001:db8::1, without a port",
		`{"address":"home"}`:                                      "want an IP address, as 192.0.2.1 or 2001:db8::1, without a port",
		`{"name":"m","reason":"a\nb"}`:                            "want a reason of at most 80 bytes",
		`{"name":"m","reason":"` + strings.Repeat("x", 81) + `"}`: "want a reason of at most 80 bytes",
	} {
		status, said := n.calls(http.MethodPost, "/kick", body, asJSON())
		require.Equal(t, http.StatusBadRequest, status, body)
		require.Contains(t, said, want, body)
	}
	status, _ := n.calls(http.MethodGet, "/kick", "", nil)
	require.Equal(t, http.StatusMethodNotAllowed, status)
	status, _ = n.calls(http.MethodGet, "/", "", nil)
	require.Equal(t, http.StatusNotFound, status)
}

// A page may have its visitor's browser call a node on the visitor's machine. A browser says where a request comes from,
// and sends a form's content without asking, but no JSON.
func TestNoPageInABrowserCanCall(t *testing.T) {
	n := operating(t, "")
	mallory := n.Enter("mallory", "go")
	for _, from := range []http.Header{
		asJSON("Origin", "https://evil.example"), asJSON("Origin", "null"), asJSON("Origin", n.url),
		asJSON("Sec-Fetch-Site", "cross-site"), asJSON("Sec-Fetch-Site", "same-origin"),
	} {
		for method, path := range map[string]string{http.MethodPost: "/kick", http.MethodGet: "/clients"} {
			status, said := n.calls(method, path, `{"name":"mallory"}`, from)
			require.Equal(t, http.StatusForbidden, status, "%s %v", path, from)
			require.NotContains(t, said, "mallory")
		}
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; application/json"} {
		status, _ := n.calls(http.MethodPost, "/kick", `{"name":"mallory"}`, http.Header{"Content-Type": {kind}})
		require.Equal(t, http.StatusUnsupportedMediaType, status, kind)
	}
	mallory.HearsNothing() // and is still there
	require.Contains(t, n.log.String(), "refused a call of an operator's address")
}

func TestOnlyTheTokenLetsIn(t *testing.T) {
	n := operating(t, token)
	for _, shown := range []string{"", "Bearer", "Bearer ", "Bearer " + token[1:], "Bearer " + token + "0", "bearer " + token, token, "Basic " + token} {
		for method, path := range map[string]string{http.MethodPost: "/kick", http.MethodGet: "/clients"} {
			status, said := n.calls(method, path, `{"name":"mallory"}`, asJSON("Authorization", shown))
			require.Equal(t, http.StatusUnauthorized, status, "%s %q", path, shown)
			require.Equal(t, "show the node's ADMIN_TOKEN: Authorization: Bearer TOKEN", said)
		}
	}
	require.NotContains(t, n.log.String(), token)
	status, said := n.calls(http.MethodPost, "/kick", `{"name":"mallory"}`, asJSON("Authorization", "Bearer "+token))
	require.Equal(t, http.StatusOK, status)
	var done admin.Done
	require.NoError(t, json.Unmarshal([]byte(said), &done))
	require.Zero(t, done.Kicked)
}

func TestCallerSaysWhatIsWrong(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:9000", "ftp://a", "http://", "http://a/b", "unix:", "http://user:secret@a"} {
		_, err := admin.NewCaller(bad, "")
		require.ErrorContains(t, err, "want the URL of a node's ADMIN_ADDR", bad)
		require.NotContains(t, err.Error(), "secret")
	}
	n := operating(t, token)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }))
	defer web.Close()
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	for url, want := range map[string]string{
		n.url:       "show the node's ADMIN_TOKEN",
		web.URL:     "it does not answer as a node does",
		nowhere.URL: "is this a node's ADMIN_ADDR?",
		"unix:" + filepath.Join(t.TempDir(), "x"): "is this a node's ADMIN_ADDR?",
	} {
		caller, err := admin.NewCaller(url, "")
		require.NoError(t, err)
		err = caller.Clients(t.Context(), func(admin.Client) {})
		require.ErrorContains(t, err, "ask "+url+": ")
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "\n")
	}
}
