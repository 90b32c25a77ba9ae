package page

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func get(t *testing.T, h http.Handler, path string) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	resp := w.Result()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

func TestPageAndAllItLoadsComeFromTheNode(t *testing.T) {
	h := Handler(Options{})
	_, page := get(t, h, "/?name=alice")
	links := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, links, 3)
	for _, link := range links {
		require.False(t, strings.HasPrefix(link[1], "/"), "behind a proxy the page may be under a prefix")
		resp, _ := get(t, h, "/"+link[1])
		require.Equal(t, http.StatusOK, resp.StatusCode, link[1])
	}
	// The script loads other files, and these load others. Each file here is loaded
	// by one of them.
	files, err := assets.ReadDir(".")
	require.NoError(t, err)
	loaded := map[string]bool{"chat.js": true, "chat.css": true, "icon.svg": true}
	for _, file := range files {
		resp, text := get(t, h, "/page/"+file.Name())
		require.Equal(t, http.StatusOK, resp.StatusCode, file)
		require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
		require.NotContains(t, text, "innerHTML", "text of others goes into the page as text")
		if file.Name() != "icon.svg" { // its namespace is called so
			require.NotRegexp(t, `https?://`, text, "the page works offline")
		}
		for _, from := range regexp.MustCompile(`\bfrom "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			require.True(t, strings.HasPrefix(from[1], "./"), from[1])
			loaded[from[1][2:]] = true
		}
	}
	require.Len(t, files, len(loaded))
	for file := range loaded {
		_, err := assets.ReadFile(file)
		require.NoError(t, err)
	}
}

// All words are in words.js, in each language. Only the sentence for browsers without
// scripts is in the document, in English.
func TestDocumentHoldsNoWords(t *testing.T) {
	_, page := get(t, Handler(Options{}), "/")
	page = regexp.MustCompile(`(?s)<!--.*?-->|<noscript>.*?</noscript>|<title>Chat</title>|<[^>]*>`).ReplaceAllString(page, "")
	require.Empty(t, strings.TrimSpace(page))
}

func TestPageLetsNoScriptButItsOwnRun(t *testing.T) {
	h := Handler(Options{})
	for _, path := range []string{"/", "/page/chat.js", "/page/icon.svg", "/nothing-here"} {
		resp, page := get(t, h, path)
		policy := resp.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "script-src 'self';")
		require.Contains(t, policy, "require-trusted-types-for 'script'")
		require.NotContains(t, policy, "unsafe")
		require.NotRegexp(t, `data:|blob:|\*`, policy)
		require.NotRegexp(t, `(?i)\son\w+=|style=|<style|<script>`, page)
	}
}

func TestPageIsClosedToOtherPages(t *testing.T) {
	resp, _ := get(t, Handler(Options{}), "/?name=alice")
	for header, want := range map[string]string{
		"Content-Security-Policy":      "frame-ancestors 'none'",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "microphone=()",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	} {
		require.Contains(t, resp.Header.Get(header), want, header)
	}
}

func TestPageStandsInTheFramesOfThoseThatAreNamed(t *testing.T) {
	ancestors := func(frames ...string) string {
		resp, _ := get(t, Handler(Options{Frames: frames}), "/")
		return regexp.MustCompile(`frame-ancestors ([^;]*);`).FindStringSubmatch(resp.Header.Get("Content-Security-Policy"))[1]
	}
	require.Equal(t, "'none'", ancestors())
	require.Equal(t, "http://127.0.0.1:8080 https://a.example", ancestors("http://127.0.0.1:8080", "https://a.example"))
	require.Equal(t, "'none'", ancestors("*", "http://*", "http://a;script-src", "'self'"))
}

func TestPageMayConnectToItsNodeAndPeersAlone(t *testing.T) {
	connect := func(peers ...string) string {
		resp, _ := get(t, Handler(Options{Peers: peers}), "/")
		return regexp.MustCompile(`connect-src ([^;]*);`).FindStringSubmatch(resp.Header.Get("Content-Security-Policy"))[1]
	}
	require.Equal(t, "'self'", connect())
	require.Equal(t, "'self' http://a:3000 ws://a:3000 https://b.example wss://b.example", connect("http://a:3000", "https://b.example/"))
	for _, odd := range []string{
		"http://a;script-src 'unsafe-inline'", "http://a;script-src", "http://a,b", "http://*", "http://*.example", "http://'self'",
		"http://[::1]:3000", "http://a:*", "http://b\u00fccher.example", "javascript:alert(1)", "a:3000", "data:text/html,x", "",
	} {
		require.Equal(t, "'self'", connect(odd), odd)
		_, page := get(t, Handler(Options{Peers: []string{odd}}), "/")
		require.Contains(t, page, `data-peers=""`, "where it may not go it does not try: %s", odd)
	}
}

func TestPageKnowsItsNodeAndPeers(t *testing.T) {
	_, page := get(t, Handler(Options{Node: `n"1<b>`, Peers: []string{"http://a:3000", "http://b:3001"}}), "/")
	require.Contains(t, page, `data-peers="http://a:3000 http://b:3001"`)
	require.NotContains(t, page, "<b>")
	require.True(t, strings.Contains(page, `data-node="n&#34;1&lt;b&gt;"`), page)
}

func TestPageIsNotEveryPath(t *testing.T) {
	h := Handler(Options{})
	for _, path := range []string{"/other", "/page/", "/page", "/page/chat.html", "/page/../page.go", "/page/page.go", "/page/%2e", "/favicon.ico"} {
		resp, _ := get(t, h, path)
		require.NotEqual(t, http.StatusOK, resp.StatusCode, path)
	}
}
