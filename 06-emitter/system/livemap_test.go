package system_test

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/status"
)

// freePort is free for a moment; should it be gone by then, the map gets the next one.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// browser makes requests as a page of one origin would, without keeping connections.
type browser struct {
	t      *testing.T
	client *http.Client
}

func newBrowser(t *testing.T) *browser {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, &http.Client{Transport: transport}}
}

func (b *browser) do(method, url, body string, header map[string]string) (code int, answer string, h http.Header) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, url, strings.NewReader(body))
	require.NoError(b.t, err)
	for key, value := range header {
		if req.Header.Set(key, value); key == "Host" {
			req.Host = value
		}
	}
	resp, err := b.client.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	return resp.StatusCode, string(text), resp.Header
}

func TestMapIsForThisMachineAndItsOwnPageAlone(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	b := newBrowser(t)
	url := s.MapURL()

	code, text, header := b.do("GET", url+"/", "", nil)
	require.Equal(t, 200, code)
	require.Contains(t, text, "<title>Chat map</title>")
	require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
	token := regexp.MustCompile(`data-token="(\w{26})"`).FindStringSubmatch(text)[1]
	for file, kind := range map[string]string{"main.js": "javascript", "map.css": "css", "icon.svg": "svg"} {
		code, _, header = b.do("GET", url+"/page/"+file, "", nil)
		require.Equal(t, 200, code, file)
		require.Contains(t, header.Get("Content-Type"), kind)
	}
	for _, file := range []string{"page.go", "map.html"} {
		code, _, _ = b.do("GET", url+"/page/"+file, "", nil)
		require.Equal(t, 404, code, file)
	}

	const kill = `{"action":"kill","target":"replica-1"}`
	for name, c := range map[string]struct {
		code   int
		header map[string]string
	}{
		"a name that points here": {403, map[string]string{"Host": "evil.example:8080", "Content-Type": "application/json"}},
		"another site":            {403, map[string]string{"Origin": "https://evil.example", "X-Map-Token": token, "Content-Type": "application/json"}},
		"the chat's page":         {403, map[string]string{"Origin": s.State().Nodes[0].URL, "Sec-Fetch-Site": "same-site", "Content-Type": "application/json"}},
		"a form":                  {415, map[string]string{"Content-Type": "text/plain", "X-Map-Token": token}},
		"without the token":       {403, map[string]string{"Origin": url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}},
		"another token":           {403, map[string]string{"X-Map-Token": strings.Repeat("A", 26), "Content-Type": "application/json"}},
	} {
		code, _, _ := b.do("POST", url+"/do", kill, c.header)
		require.Equal(t, c.code, code, name)
	}
	code, _, _ = b.do("GET", url+"/events", "", map[string]string{"Host": "evil.example"})
	require.Equal(t, 403, code)
	code, _, _ = b.do("GET", url+"/do", "", nil)
	require.Equal(t, 405, code)
	require.Equal(t, status.Up, s.State().Servers[1].State, "nobody has killed it")

	own := map[string]string{"Origin": url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "X-Map-Token": token}
	code, text, _ = b.do("POST", url+"/do", `{"action":"emit","text":"Hello!"}`, own)
	require.Equal(t, 200, code, text)
	require.Contains(t, text, `{"done":true,"text":"reached 2 of 2 replicas`)
	code, text, _ = b.do("POST", url+"/do", kill, own)
	require.Equal(t, 200, code, text)
	code, text, _ = b.do("POST", url+"/do", `{"action":"kill","target":"nobody"}`, own)
	require.Equal(t, 200, code)
	require.Contains(t, text, `{"done":false,"text":"kill nobody: there is nothing of that name`)
}

func TestMapIsToldWhatHappens(t *testing.T) {
	s, out := start(t, system.Options{MapPort: freePort(t)})
	alice := dial(t, s, 0, "<b>alice")
	out.shows(t, "<b>alice connected")

	e := openMap(t, s)
	first := e.next(func(system.Update) bool { return true })
	require.NotNil(t, first.State, "the state comes first")
	require.Len(t, first.State.Servers, 3)
	require.NotNil(t, first.State.Nodes[1].Clients, "an empty list: null would stop the page")
	require.Equal(t, "<b>alice", first.State.Nodes[0].Clients[0].Name)
	e.next(func(u system.Update) bool { return strings.Contains(u.Line, "<b>alice connected") }) // of before

	send(t, alice, "seen")
	been := map[string]bool{}
	for len(been) < 3 {
		hop := e.next(func(u system.Update) bool { return u.Hop != nil }).Hop
		been[hop.At] = true
		require.Equal(t, "node-1", hop.By)
		require.Equal(t, "<b>alice", hop.From)
		require.Equal(t, "lobby", hop.Room)
		require.Equal(t, "seen", hop.Text)
	}
	know := func(now *status.State) bool {
		n := now.Nodes[0]
		return now.Servers[2].Role == "replica" && now.Servers[2].Seen == 1 && n.Received == 1 && n.Probed > 0 // the proof is left out
	}
	e.next(func(u system.Update) bool { return u.State != nil && know(u.State) })
	require.NoError(t, s.Do(t.Context(), system.Kill, strconv.Itoa(port(t, s.State().Servers[2].Addr))))
	e.next(func(u system.Update) bool { return u.State != nil && u.State.Servers[2].State == status.Gone })
	s.Stop()
	for e.lines.Scan() { // the stream ends with the system
	}
}
