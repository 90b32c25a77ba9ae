package chat

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
)

// PageOptions says what the page must know before it is connected. The zero value works: a node without a name
// and without peers.
type PageOptions struct {
	Node  string   // this node's name, shown until $welcome tells it; default: nothing
	Peers []string // base URLs of the nodes that the page may go to when this one is gone; default: none
}

// What the browser lets the page do: load its own files, open WebSockets, and nothing else. Text that somebody
// sends cannot become a script even if the page had a mistake. Peers are other hosts, so ws: and wss: are open.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self' ws: wss:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var (
	//go:embed page/chat.html
	pageText string
	//go:embed page/*.css page/*.js page/*.svg
	pageAssets embed.FS

	pageTemplate = template.Must(template.New("chat.html").Parse(pageText))
)

// Page is the chat page at "/", with its script, style and icon under "/page/". It asks nothing of any other
// server, so it works offline, and it talks to the node through /ws like any other client.
func Page(o PageOptions) http.Handler {
	var page bytes.Buffer
	err := pageTemplate.Execute(&page, struct{ Node, Peers string }{o.Node, strings.Join(o.Peers, " ")})
	if err != nil {
		panic("chat: the embedded page: " + err.Error()) // a mistake in chat.html, found by every test of it
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Referrer-Policy", "no-referrer") // names and rooms are in the query
		_, _ = w.Write(page.Bytes())
	})
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageAssets, "page/"+r.PathValue("file"))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache") // embedded files have no date: a new binary must show at once
		mux.ServeHTTP(w, r)
	})
}
