package chat

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// CheckOrigin says what is wrong with one of Options.AllowedOrigins: it must be a scheme
// and a host, as browsers send them, or "*".
func CheckOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
		strings.TrimSuffix(origin, "/") != u.Scheme+"://"+u.Host || // a path, a user, a query: no browser sends them
		!frame.ValidPort(u) {
		return fmt.Errorf("allowed origin %q: want scheme and host, as in https://chat.example.com, or *", origin)
	}
	return nil
}

// originAllowed keeps other sites' pages out: a browser would let them open a
// WebSocket with the cookies of this one. Programs send no Origin; they are
// not the danger, and pass.
func originAllowed(r *http.Request, allowed []string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return slices.ContainsFunc(allowed, func(a string) bool {
		return a == "*" || strings.EqualFold(strings.TrimSuffix(a, "/"), origin)
	})
}
