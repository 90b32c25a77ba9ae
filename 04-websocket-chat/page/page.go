package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Options says what the page must know before it is connected. The zero value works: a node without a name
// and without peers.
type Options struct {
	Node string // this node's name, shown until $welcome tells it; default: nothing
	// Peers are base URLs of the nodes that the page may go to when this one is gone; default: none. One whose host
	// is an IPv6 address is left out: a page's policy has no way to write it. Give such a node a name.
	Peers []string
	// Frames are origins of pages that may show this one in a frame; default: none. Whoever frames a page can lay
	// something over it, and have people press what they do not see. It may also call the page back to its own node.
	Frames []string
}

var (
	//go:embed chat.html
	text string
	//go:embed *.css *.js *.svg
	assets embed.FS

	document = template.Must(template.New("chat.html").Parse(text))
)

// Handler serves the chat page at "/", with its script, style and icon under "/page/". It asks nothing of any other
// server, so it works offline, and it talks to the node through /ws like any other client.
func Handler(o Options) http.Handler {
	peers := Origins(o.Peers)
	var page bytes.Buffer
	err := document.Execute(&page, struct{ Node, Peers string }{o.Node, strings.Join(peers, " ")})
	if err != nil {
		panic("page: the embedded chat.html: " + err.Error()) // a mistake in it, found by every test
	}
	policy := policyOf(peers, Origins(o.Frames))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page.Bytes())
	})
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, assets, r.PathValue("file"))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // names and rooms are in the query
		// A page that opened this one, or that this one opens, cannot reach its window; others cannot load its files.
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-cache") // embedded files have no date: a new binary must show at once
		mux.ServeHTTP(w, r)
	})
}

// policyOf is what the browser lets the page do: load its own files, connect to its own node and to the peers, and
// nothing else. Text that somebody sends cannot become a script even if the page had a mistake: trusted types make
// innerHTML and its like fail wherever a browser knows them.
//
// 'self' stands for the node's WebSockets too, as CSP 3 has it. frame-ancestors keeps the page out of everybody's
// frames but those of the pages that are named.
func policyOf(peers, frames []string) string {
	connect := "'self'"
	for _, peer := range peers {
		connect += " " + peer + " ws" + strings.TrimPrefix(peer, "http") // https becomes wss
	}
	ancestors := "'none'"
	if len(frames) > 0 {
		ancestors = strings.Join(frames, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src " + connect +
		"; form-action 'self'; base-uri 'none'; frame-ancestors " + ancestors + "; require-trusted-types-for 'script'; trusted-types 'none'"
}

// sourceHost is a host, with or without a port, as CSP 3 lets one be written. A URL's host may hold more,
// a semicolon for example, which would end the directive.
var sourceHost = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?$`)

// Origins returns the origins, as in http://127.0.0.1:3001, of the URLs that a
// policy can name: http and https, and no IPv6 address.
func Origins(urls []string) (origins []string) {
	for _, s := range urls {
		u, err := url.Parse(s)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && sourceHost.MatchString(u.Host) {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return origins
}
