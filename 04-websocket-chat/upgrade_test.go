package chat

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// asks is the node's answer to GET /ws without an upgrade.
func (n *served) asks(method, query string, header http.Header) (int, string) {
	n.T.Helper()
	req, err := http.NewRequest(method, "http://"+n.Addr+"/ws"+query, nil)
	require.NoError(n.T, err)
	if header != nil {
		req.Header = header
	}
	client := http.Client{Transport: &http.Transport{DialContext: n.Dial, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	require.NoError(n.T, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(n.T, err)
	return resp.StatusCode, strings.TrimSpace(string(body))
}

func TestNameAndRoomAreCheckedBeforeTheUpgrade(t *testing.T) {
	n := serve(t, unlimited)
	for name, test := range map[string]struct {
		query    string
		sentence string // "": allowed
	}{
		"neither":             {"", ""},
		"a name":              {"?name=alice", ""},
		"33 characters":       {"?name=" + strings.Repeat("x", 33), frame.NameRule},
		"empty name":          {"?name=", frame.NameRule},
		"newline in the name": {"?name=a%0Ab", frame.NameRule},
		"name not UTF-8":      {"?name=%ff", frame.NameRule},
		"a family":            {"?name=" + url.QueryEscape("👨\u200d👩\u200d👧"), ""},
		"65 bytes":            {"?room=" + strings.Repeat("x", 65), frame.RoomRule},
		"HTML":                {"?name=" + url.QueryEscape("<script>alert(1)") + "&room=" + url.QueryEscape("<img src=x onerror=1>"), ""},
		"8 KiB of a name":     {"?name=" + strings.Repeat("x", 8<<10), frame.NameRule},
		"empty room":          {"?room=", frame.RoomRule},
		"room not UTF-8":      {"?room=%c3", frame.RoomRule},
		"form of an id":       {"?room=abcdefghij-_ABCDEF12", frame.RoomRule},
		"half an escape":      {"?name=alice&room=%4", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text := n.asks("GET", test.query, nil)
			ws, resp, err := n.Connect(test.query, nil)
			if test.sentence == "" {
				require.NoError(t, err)
				require.Equal(t, http.StatusUpgradeRequired, status)
				require.Contains(t, text, "this request is in order")
				ws.Close()
				return
			}
			require.ErrorIs(t, err, websocket.ErrBadHandshake)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, http.StatusBadRequest, resp.StatusCode)
			require.Contains(t, string(body), test.sentence)
			require.Equal(t, http.StatusBadRequest, status, "the same without an upgrade")
			require.Contains(t, text, test.sentence)
		})
	}
	require.Zero(t, n.hub.Stats().Received)
}

func TestDefaultNameAndRoom(t *testing.T) {
	n := serve(t, Options{Node: "3000", RatePerSecond: -1})
	ws, _, err := n.Connect("", nil)
	require.NoError(t, err)
	defer ws.Close()
	p := &chattest.Person{T: t, WS: ws}
	f := p.Any()
	require.Equal(t, "$welcome", f.Event)
	require.Regexp(t, regexp.MustCompile(`^\{"id":"([A-Za-z0-9_-]{20})","name":"guest-[A-Za-z0-9_-]{4}","room":"lobby","node":"3000"\}$`), string(f.Data))
	require.Equal(t, string(f.Data[7:11]), string(f.Data[43:47]), "the first four of the id")
	bob := n.Enter("bob", "lobby")
	bob.Says(`{"event":"message","data":1}`)
	p.Name = "guest"
	p.Hears("1")
}

func TestWelcomeSaysWhoOneIs(t *testing.T) {
	n := serve(t, Options{Node: `n"1`, RatePerSecond: -1})
	alice := n.Enter(`Zoë "x" <b>`, "日本 \\ &")
	require.Equal(t, frame.Welcome{ID: alice.ID, Name: `Zoë "x" <b>`, Room: "日本 \\ &", Node: `n"1`}, alice.Welcome)
	bob := n.Enter("bob", "日本 \\ &")
	alice.Says(`{"event":"message","data":1}`)
	f := bob.Next()
	require.Equal(t, alice.Name, f.From)
	require.Equal(t, alice.Room, f.Room)
}

// Its buffers are net/http's again: an idle connection must not keep them.
func TestHandlerReturnsWhileTheConnectionLives(t *testing.T) {
	hub, err := NewHub(unlimited)
	require.NoError(t, err)
	returned := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(returned)
		hub.ServeHTTP(w, r)
	}))
	defer s.Close()
	n := &chattest.Node{T: t, Addr: strings.TrimPrefix(s.URL, "http://"), Dial: new(net.Dialer).DialContext}
	alice := n.Enter("alice", "go")
	select {
	case <-returned:
	case <-time.After(chattest.Patience):
		require.Fail(t, "the handler stays")
	}
	alice.HearsNothing() // and its ping is answered
}

func TestOnlyGetConnects(t *testing.T) {
	n := serve(t, unlimited)
	status, text := n.asks("POST", "", nil)
	require.Equal(t, http.StatusMethodNotAllowed, status)
	require.Contains(t, text, "GET")
}

func TestOtherSitesPagesMayNotConnect(t *testing.T) {
	const chat, lan = "https://chat.example.com", "http://10.0.0.7:3001"
	for name, test := range map[string]struct {
		allowed []string
		origin  string // "HOST" stands for the node's own
		want    bool
	}{
		"a program":             {nil, "", true},
		"the same host":         {nil, "http://HOST", true},
		"the same host, TLS":    {nil, "https://HOST", true}, // behind a proxy that ends TLS
		"another":               {nil, chat, false},
		"the host as a part":    {nil, "http://HOST.example.com", false},
		"another port":          {nil, "http://127.0.0.1:1", false},
		"a sandboxed frame":     {nil, "null", false},
		"not a URL":             {nil, "http://%", false},
		"allowed":               {[]string{lan, chat}, chat, true},
		"allowed, with a slash": {[]string{chat + "/"}, chat, true},
		"in other letters":      {[]string{chat}, "https://Chat.Example.com", true},
		"another scheme":        {[]string{chat}, "http://chat.example.com", false},
		"not among the allowed": {[]string{lan}, chat, false},
		"all":                   {[]string{"*"}, chat, true},
	} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, Options{AllowedOrigins: test.allowed})
			header := http.Header{}
			if test.origin != "" {
				header.Set("Origin", strings.Replace(test.origin, "HOST", n.Addr, 1))
			}
			status, text := n.asks("GET", "", header.Clone())
			ws, resp, err := n.Connect("", header)
			if test.want {
				require.NoError(t, err)
				require.Equal(t, http.StatusUpgradeRequired, status)
				ws.Close()
				return
			}
			require.ErrorIs(t, err, websocket.ErrBadHandshake)
			require.Equal(t, http.StatusForbidden, resp.StatusCode)
			require.Equal(t, http.StatusForbidden, status)
			require.Contains(t, text, "ALLOWED_ORIGINS")
			require.Contains(t, text, test.origin[:4])
		})
	}
}

func TestRefusedHandshakeHasASentence(t *testing.T) {
	n := serve(t, unlimited)
	header := func(version, key string) http.Header {
		return http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {version}, "Sec-Websocket-Key": {key}}
	}
	status, text := n.asks("GET", "", header("8", "dGhlIHNhbXBsZSBub25jZQ=="))
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, text, "not as RFC 6455 says: unsupported version: 13 not found")
	status, text = n.asks("GET", "", header("13", "short"))
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, text, "Sec-WebSocket-Key")
}

func TestOtherMethodsAreToldWhichIsAllowed(t *testing.T) {
	n := serve(t, unlimited)
	resp, err := http.Post("http://"+n.Addr+"/ws", "text/plain", nil)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
	require.Equal(t, "GET", resp.Header.Get("Allow"))
}
