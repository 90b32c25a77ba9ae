package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// MinToken is how many bytes a token has at least: fewer could be guessed.
const MinToken = 16

// door lets callers in who are programs, and have the token where there is one.
//
// A page of another site could have its visitor's browser call a node on the visitor's own machine. A browser
// says of each request that a script makes where it comes from, and it asks before it sends JSON to another site; so
// whoever says where it comes from is a browser, and an order must be JSON. (A name that leads to 127.0.0.1 after the page is there
// makes it the same site; but the browser says that too, and package node looks at the Host.)
func (o Options) door(next http.Handler) http.Handler {
	warn := rate.Sometimes{Interval: 10 * time.Second}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		var status int
		var why string
		switch {
		case r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "":
			status, why = http.StatusForbidden, "this is for programs, not for pages in a browser"
		case o.Token != "" && !same(r.Header.Get("Authorization"), "Bearer "+o.Token):
			w.Header().Set("WWW-Authenticate", "Bearer")
			status, why = http.StatusUnauthorized, "show the node's ADMIN_TOKEN: Authorization: Bearer TOKEN"
		case r.Method == http.MethodPost && !strings.EqualFold(kind, "application/json"):
			status, why = http.StatusUnsupportedMediaType, "send the order as JSON: Content-Type: application/json"
		default:
			next.ServeHTTP(w, r)
			return
		}
		warn.Do(func() {
			o.Log.Warn("refused a call of an operator's address", "from", r.RemoteAddr, "origin", r.Header.Get("Origin"), "why", why)
		})
		http.Error(w, why, status)
	})
}

// same takes as long for a token that is nearly right as for any other, of whatever length.
func same(shown, token string) bool {
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
