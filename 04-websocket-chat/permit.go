package chat

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Permit is what the bearer of a token may do.
type Permit struct {
	Name  string    // the client's, and no other
	Rooms []string  // that it may be in; "*": all
	Until time.Time // then it is closed with frame.CloseExpired, unless it brings another token
}

// ErrExpired is wrapped by what Options.Admit says of a token that was good once.
var ErrExpired = errors.New("the token has expired")

var errNoToken = errors.New("this node lets in nobody without a token: get one from the site that led you here, and bring it")

// How a browser, which can set no header, brings a token: with new WebSocket(url, ["chat.v1", "token." + token]) or in a
// cookie. A node takes the first of the two protocols: a browser wants one of those that it has offered.
const (
	Protocol      = "chat.v1"
	TokenProtocol = "token."
	TokenCookie   = "chat_token"
)

// wish is what a request asks for.
type wish struct {
	id, name, room string
	addr           string  // host and port, once it is let in
	permit         *Permit // nil: nobody needs one

	after   string   // the place of the last message that it has got; "": it is new
	was     []string // the ids of its connections before: it has said their messages itself
	also    []string // the rooms that it was in besides
	history int      // of a new one: how many messages of its room it wants to have
}

// permit lets the client's token decide what it may have, and what it gets where it has not said.
func (h *Hub) permit(w *wish, r *http.Request, query url.Values) refusal {
	if h.o.Admit == nil {
		return refusal{}
	}
	token := bearer(r, query)
	if token == "" {
		return refusal{http.StatusUnauthorized, RefusedNoToken, errNoToken.Error()}
	}
	p, err := h.o.Admit(token)
	switch {
	case errors.Is(err, ErrExpired):
		return refusal{http.StatusUnauthorized, RefusedExpired, err.Error()}
	case err != nil:
		return refusal{http.StatusUnauthorized, RefusedToken, err.Error()}
	}
	w.permit = &p
	if !query.Has("name") {
		w.name = p.Name
	}
	if !query.Has("room") && len(p.Rooms) > 0 && !p.covers(w.room) {
		w.room = p.Rooms[0]
	}
	switch {
	case w.name != p.Name:
		other := fmt.Errorf("your token is for the name %q, and not for %q: leave the name away", p.Name, w.name)
		return refusal{http.StatusForbidden, RefusedForbidden, other.Error()}
	case !p.covers(w.room):
		return refusal{http.StatusForbidden, RefusedForbidden, p.shut(w.room).Text}
	}
	return refusal{}
}

// bearer is the token that a request brings; "": none. What a client has said itself counts more than a cookie, which a
// browser adds unasked.
func bearer(r *http.Request, query url.Values) string {
	if kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(kind, "Bearer") {
		return strings.TrimSpace(token)
	}
	for _, protocol := range websocket.Subprotocols(r) {
		if token, ok := strings.CutPrefix(protocol, TokenProtocol); ok {
			return token
		}
	}
	if query.Has("token") {
		return query.Get("token")
	}
	if cookie, err := r.Cookie(TokenCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// covers reports whether the permit is for that room.
func (p *Permit) covers(room string) bool {
	return p == nil || slices.Contains(p.Rooms, room) || slices.Contains(p.Rooms, "*")
}

// shut says that the permit is not for that room, and for which it is.
func (p *Permit) shut(room string) *frame.Problem {
	const most = 5
	var rooms []string
	for _, name := range p.Rooms[:min(most, len(p.Rooms))] {
		rooms = append(rooms, fmt.Sprintf("%q", name))
	}
	if len(p.Rooms) > most {
		rooms = append(rooms, fmt.Sprintf("and %d more", len(p.Rooms)-most))
	}
	return frame.Problemf(frame.CodeForbidden, "your token does not let you into room %q; it is for %s", room, strings.Join(rooms, ", "))
}
