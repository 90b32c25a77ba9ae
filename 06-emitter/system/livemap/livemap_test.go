package livemap_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

func TestMain(m *testing.M) { redistest.Main(m) }

const nodeURL = "http://127.0.0.1:3000"

// house stands in for a system; nothing of it runs. It notes the actions that it is
// asked for.
type house struct {
	mu    sync.Mutex
	deeds []string
}

func (h *house) State() status.State {
	return status.State{Servers: []status.Server{{Name: "master", State: status.Up}}, Nodes: []status.Node{{Name: "node-1", URL: nodeURL}}}
}

func (h *house) Do(_ context.Context, action, target string) error {
	h.note(action + " " + target)
	if target == "nobody" {
		return errors.New(action + " nobody: there is nothing of that name")
	}
	return nil
}

func (h *house) Emit(_ context.Context, room, text string) (string, error) {
	h.note(strings.TrimSpace("emit " + room + text))
	return "reached 2 of 2 replicas in 0.4ms", nil
}

func (h *house) note(deed string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deeds = append(h.deeds, deed)
}

func (h *house) done() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.deeds)
}

// serve runs a map to the test's end, and returns its URL.
func serve(t *testing.T, o livemap.Options) (url string) {
	o.Feed = livemap.NewFeed(io.Discard)
	m, err := livemap.Listen(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { m.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait(); o.Feed.Close() })
	return m.URL()
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
	h := &house{}
	url := serve(t, livemap.Options{System: h, Frames: []string{nodeURL}})
	b := newBrowser(t)

	code, text, header := b.do("GET", url+"/", "", nil)
	require.Equal(t, 200, code)
	require.Contains(t, text, "<title>Chat map</title>")
	require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, header.Get("Content-Security-Policy"), "frame-src "+nodeURL+";")
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
		"the chat's page":         {403, map[string]string{"Origin": nodeURL, "Sec-Fetch-Site": "same-site", "Content-Type": "application/json"}},
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
	require.Empty(t, h.done(), "nobody has killed it")

	own := map[string]string{"Origin": url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "X-Map-Token": token}
	code, text, _ = b.do("POST", url+"/do", `{"action":"emit","text":"Hello!"}`, own)
	require.Equal(t, 200, code, text)
	require.Contains(t, text, `{"done":true,"text":"reached 2 of 2 replicas`)
	code, text, _ = b.do("POST", url+"/do", kill, own)
	require.Equal(t, 200, code, text)
	require.Contains(t, text, `{"done":true,"text":"kill replica-1: done"}`)
	code, text, _ = b.do("POST", url+"/do", `{"action":"kill","target":"nobody"}`, own)
	require.Equal(t, 200, code)
	require.Contains(t, text, `{"done":false,"text":"kill nobody: there is nothing of that name`)
	require.Equal(t, []string{"emit Hello!", "kill replica-1", "kill nobody"}, h.done())
}
