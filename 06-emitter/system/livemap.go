package system

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/redis-chat/06-emitter/page"
	"example.com/redis-chat/06-emitter/system/status"
)

// mapPolicy is what the browser lets the map do: load its own files, talk to this
// program, and show the nodes' pages in frames. Text that a chat's client sends
// cannot become a script even if the page had a mistake.
func (s *System) mapPolicy() string {
	frames := make([]string, len(s.nodes))
	for i := range s.nodes {
		frames[i] = s.nodeURL(i)
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src " + strings.Join(frames, " ") +
		"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

// startMap serves the live map, to this machine alone: it has buttons that kill.
func (s *System) startMap(context.Context) error {
	if s.o.MapPort == 0 {
		return nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.o.MapPort)))
	if err != nil {
		return fmt.Errorf("the live map: %w; choose another port with -map, or none with -map 0", err)
	}
	s.mapURL = "http://" + l.Addr().String()
	server := &http.Server{Handler: s.mapHandler(), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	s.background.Go(func() { _ = server.Serve(l) }) // ends by Close
	s.background.Go(func() {
		s.passOn(s.watching)
		_ = server.Close()
	})
	return nil
}

func (s *System) mapHandler() http.Handler {
	mux := http.NewServeMux()
	// Only a page that this program has served knows the token, and no other page
	// can read it there.
	token, policy := rand.Text(), s.mapPolicy()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Map.Execute(w, token) // an error is a page that has gone
	})
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, page.Files, r.PathValue("file"))
	})
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Map-Token")), []byte(token)) != 1 {
			http.Error(w, "this page is of an earlier run: load it again", http.StatusForbidden)
			return
		}
		s.serveDo(w, r)
	})
	// A page of another site may not press the buttons: browsers say where a
	// request comes from.
	protected := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Nor may a site whose name has been made to point to this machine, whose
		// requests would look like our own: only these names are ours.
		if !isLoopback(r.Host) {
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

// mapOrigins are the map's own, under both names of this machine: it shows the
// nodes' pages in frames.
func (s *System) mapOrigins() (origins []string) {
	if s.o.MapPort != 0 {
		for _, name := range []string{"127.0.0.1", "localhost"} {
			origins = append(origins, "http://"+net.JoinHostPort(name, strconv.Itoa(s.o.MapPort)))
		}
	}
	return origins
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return host == "127.0.0.1" || strings.EqualFold(host, "localhost") || strings.Trim(host, "[]") == "::1"
}

// passOn sends the state to the map when it has changed, ten times a second at most.
func (s *System) passOn(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.state.changed:
		}
		if s.feed.listened() {
			s.feed.show(Update{State: s.shown()})
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// shown is the state as the map shows it.
func (s *System) shown() *status.State {
	now := s.state.get()
	now.Cannot = s.cannot()
	for i := range now.Servers {
		server := &now.Servers[i]
		server.ByHand = byHand(func(action string) string { return s.serverByHand(action, i, *server) })
	}
	for i := range now.Nodes {
		n := &now.Nodes[i]
		n.ByHand = byHand(func(action string) string { return signalByHand(action, n.PID) })
	}
	return &now
}

// serveEvents is the stream of everything that happens: the state first, the last
// moments, and the last lines.
func (s *System) serveEvents(w http.ResponseWriter, r *http.Request) {
	updates, recent, end := s.feed.listen()
	defer end()
	w.Header().Set("Content-Type", "text/event-stream")
	first := []Update{{State: s.shown()}}
	for _, m := range s.moments.get() {
		first = append(first, Update{Moment: &m})
	}
	for _, line := range recent {
		first = append(first, Update{Line: line})
	}
	for _, u := range first {
		if writeEvent(w, u) != nil {
			return
		}
	}
	s.looked(1) // only now: what the nodes tell at once must find somebody who reads
	defer s.looked(-1)
	alive := time.NewTicker(10 * time.Second) // so that a page that is gone is noticed
	defer alive.Stop()
	for {
		var err error
		select {
		case u, ok := <-updates:
			if !ok {
				return
			}
			err = writeEvent(w, u)
		case <-alive.C:
			_, err = io.WriteString(w, ":\n\n")
			err = errors.Join(err, http.NewResponseController(w).Flush())
		case <-r.Context().Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func writeEvent(w http.ResponseWriter, u Update) error {
	data, err := json.Marshal(u)
	if err != nil {
		return err
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(5 * time.Second)) // a page that takes nothing is let go
	if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil {
		return err
	}
	return control.Flush()
}

// serveDo presses a button.
func (s *System) serveDo(w http.ResponseWriter, r *http.Request) {
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
		answer, err = s.Emit(r.Context(), ask.Room, ask.Text)
	} else if err = s.Do(r.Context(), ask.Action, ask.Target); err == nil {
		answer = ask.Action + " " + ask.Target + ": done"
	}
	// What could not be done is an answer, too: the page shows it, and a browser
	// would put an error status into its console.
	if err != nil {
		answer = err.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Done bool   `json:"done"`
		Text string `json:"text"`
	}{err == nil, answer})
}
