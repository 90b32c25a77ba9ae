package chat

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"example.com/redis-chat/04-websocket-chat/origin"
)

// Refused is why a request got no WebSocket, as Hub.Refusals counts it.
type Refused string

const (
	RefusedMethod    Refused = "method"     // it is no GET
	RefusedOrigin    Refused = "origin"     // a page of a site that is not allowed, see Options.AllowedOrigins
	RefusedBody      Refused = "body"       // it has a body
	RefusedQuery     Refused = "query"      // what stands behind ? cannot be read
	RefusedName      Refused = "name"       // no name by frame.NameRule
	RefusedRoom      Refused = "room"       // no room by frame.RoomRule
	RefusedNoToken   Refused = "no_token"   // it brings no token, and the node wants one, see Options.Admit
	RefusedToken     Refused = "token"      // its token is none that this node takes
	RefusedExpired   Refused = "expired"    // its token was good once
	RefusedForbidden Refused = "forbidden"  // its token is for another name, or not for that room
	RefusedLeaving   Refused = "leaving"    // the node is going away
	RefusedBanned    Refused = "banned"     // an operator has asked whoever has this name or address to leave, see Kick
	RefusedFull      Refused = "full"       // no place, see Options.MaxConns and MaxConnsPerIP
	RefusedHasty     Refused = "hasty"      // too many come a second, see Options.Shared
	RefusedNoUpgrade Refused = "no_upgrade" // it asks for no WebSocket: a proxy may have taken that out
	RefusedHandshake Refused = "handshake"  // it asks for one, and not as RFC 6455 says
)

// refusal is an answer instead of a WebSocket. The zero value is none.
type refusal struct {
	status   int
	reason   Refused
	sentence string
}

// refuse gives that answer.
func (h *Hub) refuse(w http.ResponseWriter, r *http.Request, no refusal) {
	h.noteRefused(r, no)
	if no.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	http.Error(w, no.sentence, no.status)
}

// refusals counts one reason, and bounds what the log says of it.
type refusals struct {
	count  atomic.Int64
	log    rate.Sometimes
	silent atomic.Int64 // counted since the last line of the log
}

// mendable are the reasons that an operator should hear of: a proxy or a variable may be wrong. The others are for
// whoever typed a name, and would fill the log of a node that a scanner has found.
var mendable = map[Refused]bool{RefusedOrigin: true, RefusedNoToken: true, RefusedToken: true, RefusedFull: true, RefusedHasty: true, RefusedNoUpgrade: true, RefusedHandshake: true}

// refusedEvery is how often one reason is logged, at most.
const refusedEvery = 10 * time.Second

func newRefusals() map[Refused]*refusals {
	all := map[Refused]*refusals{}
	for _, why := range []Refused{
		RefusedMethod, RefusedOrigin, RefusedBody, RefusedQuery, RefusedName, RefusedRoom, RefusedNoToken, RefusedToken, RefusedExpired, RefusedForbidden,
		RefusedLeaving, RefusedBanned, RefusedFull, RefusedHasty, RefusedNoUpgrade, RefusedHandshake,
	} {
		all[why] = &refusals{log: rate.Sometimes{Interval: refusedEvery}}
	}
	return all
}

// Refusals is how many requests were refused since the start, by reason; each reason is in it. A page's question why
// it got no WebSocket is not counted: it has been, as the request that the question is about.
func (h *Hub) Refusals() map[Refused]int64 {
	counts := map[Refused]int64{}
	for why, r := range h.refused {
		counts[why] = r.count.Load()
	}
	return counts
}

// noteRefused counts a request that got no WebSocket, and logs it.
func (h *Hub) noteRefused(r *http.Request, no refusal) {
	h.log.Debug("refused", "from", r.RemoteAddr, "status", no.status, "why", no.sentence)
	if isQuestion(r) {
		return
	}
	n := h.refused[no.reason]
	n.count.Add(1)
	n.silent.Add(1)
	if mendable[no.reason] {
		n.log.Do(func() {
			h.log.Warn(LogRefused, "reason", string(no.reason), "requests", n.silent.Swap(0), "from", r.RemoteAddr,
				"host", r.Host, "origin", r.Header.Get("Origin"), "status", no.status, "why", no.sentence)
		})
	}
}

// LogRefused is what the log says, at most once in 10 s for each reason: how many requests since the last such line,
// and the last one of them.
const LogRefused = "refused clients"

// isQuestion reports whether a page asks by plain HTTP why it got no WebSocket. A browser sends no Origin with that,
// as page and node are one site, so the page says it itself.
func isQuestion(r *http.Request) bool {
	return r.Header.Get("Origin") == "" && strings.Contains(r.URL.RawQuery, questionKey+"=")
}

const questionKey = "origin"

// originAllowed keeps other sites' pages out: a browser would let them open a
// WebSocket with the cookies of this one. Programs send no Origin; they are
// not the danger, and pass.
func (h *Hub) originAllowed(from string, r *http.Request) bool {
	return from == "" || origin.Allowed(from, r.Host, r.TLS != nil, h.o.AllowedOrigins)
}
