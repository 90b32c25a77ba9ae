package livemap

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/06-emitter/page"
	"example.com/redis-chat/06-emitter/system/status"
)

// System is the system that the map shows, and that does what the buttons ask.
type System interface {
	// State returns the state of everything now.
	State() status.State
	// Do does something to a server or a node, and returns when it is done.
	Do(ctx context.Context, action, target string) error
	// Emit sends a message from outside the nodes, to a room, or to everybody when room
	// is "", and returns one line about how far it came.
	Emit(ctx context.Context, room, text string) (string, error)
}

// Options say what the map shows. System, Feed and Changed are needed.
type Options struct {
	// Port is the map's, on 127.0.0.1. Default 0: a free one.
	Port int
	// System is called from many goroutines at once.
	System System
	// Feed tells what happens.
	Feed *Feed
	// Changed gets a value when the state may have changed.
	Changed <-chan struct{}
	// Watched is called with true when the first map is opened, and with false when the
	// last one is closed. Default nil: nothing is called.
	Watched func(bool)
	// Frames are the origins of the pages that the map shows in frames: the nodes'.
	// Default: none.
	Frames []string
}

// Map is the live map's server.
type Map struct {
	o      Options
	l      net.Listener
	server *http.Server
	run    page.Run

	mu   sync.Mutex
	open int // maps, in browsers
}

// Listen takes the map's port, on this machine alone: the map has buttons that kill.
// Run serves it.
func Listen(o Options) (*Map, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, err
	}
	// Only a page that this program has served knows the token, and no other page
	// can read it there.
	m := &Map{o: o, l: l, run: page.Run{Token: rand.Text(), Run: rand.Text()}}
	m.server = &http.Server{Handler: m.handler(), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	return m, nil
}

// URL is where the map is.
func (m *Map) URL() string { return "http://" + m.l.Addr().String() }

// Run serves the map until ctx ends.
func (m *Map) Run(ctx context.Context) {
	var serving sync.WaitGroup
	serving.Go(func() { _ = m.server.Serve(m.l) }) // ends when the server is closed
	m.passOn(ctx)
	_ = m.server.Close()
	serving.Wait()
}

// Origins are the origins of a map at that port, under both names of this machine. The
// nodes must allow them, as the map shows the nodes' pages in frames. Port 0 is no map,
// and has none.
func Origins(port int) (origins []string) {
	if port != 0 {
		for _, name := range []string{"127.0.0.1", "localhost"} {
			origins = append(origins, "http://"+net.JoinHostPort(name, strconv.Itoa(port)))
		}
	}
	return origins
}

// policy is what the browser lets the map do: load its own files, talk to this program,
// and show the nodes' pages in frames. So a client's text cannot become a script, even
// if the page had a mistake.
func (m *Map) policy() string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src " + strings.Join(m.o.Frames, " ") +
		"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func (m *Map) handler() http.Handler {
	mux := http.NewServeMux()
	policy := m.policy()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Map.Execute(w, m.run) // it fails only when the page is gone
	})
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, page.Files, r.PathValue("file"))
	})
	mux.HandleFunc("GET /events", m.serveEvents)
	// region: token
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Map-Token")), []byte(m.run.Token)) != 1 {
			http.Error(w, "this page is of an earlier run: load it again", http.StatusForbidden)
			return
		}
		m.serveDo(w, r)
	})
	// end: token
	// A page of another site may not press the buttons: browsers say where a
	// request comes from.
	protected := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A foreign name that points to this machine is refused, too: requests from its
		// pages would look like our own. Only these names are ours.
		if !cmdline.IsLoopback(cmdline.HostName(r.Host)) {
			http.Error(w, "open the map as 127.0.0.1 or localhost", http.StatusForbidden)
			return
		}
		for header, value := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-cache", // embedded files have no date
		} {
			w.Header().Set(header, value)
		}
		protected.ServeHTTP(w, r)
	})
}

// serveDo presses a button.
func (m *Map) serveDo(w http.ResponseWriter, r *http.Request) {
	var ask struct{ Action, Target, Room, Text string }
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "send JSON", http.StatusUnsupportedMediaType)
		return
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<10)).Decode(&ask); err != nil {
		http.Error(w, "this is not the JSON that the map sends", http.StatusBadRequest)
		return
	}
	answer, err := "", error(nil)
	if ask.Action == "emit" {
		answer, err = m.o.System.Emit(r.Context(), ask.Room, ask.Text)
	} else if err = m.o.System.Do(r.Context(), ask.Action, ask.Target); err == nil {
		answer = strings.TrimSpace(ask.Action+" "+ask.Target) + ": done"
	}
	// A failed action is answered with status 200, too: the page shows the error, and a
	// browser would only put another status into its console.
	if err != nil {
		answer = err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Done bool   `json:"done"`
		Text string `json:"text"`
	}{err == nil, answer})
}
