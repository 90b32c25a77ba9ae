package chat

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"example.com/redis-chat/04-websocket-chat/early"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// ServeHTTP is the handler of /ws?name=alice&room=lobby. It refuses with a
// status and a sentence before the upgrade. A request without an upgrade gets the
// same answer: a page cannot read why an upgrade failed, and asks again in that way.
// ServeHTTP returns as soon as the connection is handed over.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, no := h.check(r, frame.NewID())
	if no.status != 0 {
		if no.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", http.MethodGet)
		}
		if no.reason == RefusedBanned {
			_, left := h.banned(asked.name, r.RemoteAddr)
			w.Header().Set("Retry-After", retryAfter(left))
		}
		if r.ContentLength != 0 {
			w.Header().Set("Connection", "close") // or the server would wait for the body before it answers
		}
		h.refuse(w, r, no)
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		if no := h.capacity.peek(r.RemoteAddr); no != nil {
			no.answer(w, r)
			return
		}
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		h.refuse(w, r, refusal{http.StatusUpgradeRequired, RefusedNoUpgrade,
			"this request is in order, but it does not ask for a WebSocket: connect with ws:// or wss://"})
		return
	}
	from, full := h.capacity.reserve(r.RemoteAddr)
	if full != nil {
		reason := RefusedFull
		if full.status == http.StatusTooManyRequests {
			reason = RefusedHasty
			h.stats.hasty.Add(1)
		} else {
			h.stats.refused.Add(1)
		}
		h.noteRefused(r, refusal{full.status, reason, full.why})
		full.answer(w, r)
		return
	}
	if c := h.upgrade(w, r, from, asked); c != nil {
		h.log.Info(LogConnected, c.logAttrs(), "from", r.RemoteAddr)
		if asked.returns() {
			go c.catchUp(asked)
		} else {
			c.begin()
		}
		return
	}
	h.capacity.release(from)
}

// upgrade makes a connection of a request; nil: it could not.
func (h *Hub) upgrade(w http.ResponseWriter, r *http.Request, from *source, asked wish) *Conn {
	upgraded, err := h.upgrader.Upgrade(early.ResponseWriter{ResponseWriter: w}, r, nil)
	if err != nil {
		h.log.Debug("upgrade failed", "from", r.RemoteAddr, "why", err) // it has answered
		return nil
	}
	ws := h.webSocket(upgraded)
	// Clones: both are parts of the request's first line. Its memory, up to 16 KiB,
	// would stay for as long as the connection does.
	asked.name, asked.room, asked.addr = strings.Clone(asked.name), strings.Clone(asked.room), strings.Clone(r.RemoteAddr)
	if err := h.bring(asked.room); err != nil {
		h.log.Warn(LogNotBrought, "room", asked.room, "why", err)
		(&Conn{hub: h, ws: ws}).turnAway(frame.CloseNotBrought)
		return nil
	}
	c, err := h.admit(ws, from, asked)
	if err != nil { // draining began in the meantime
		h.release(asked.room)
		c.turnAway(frame.CloseGoingAway)
		return nil
	}
	return c
}

// turnAway ends a connection that has no reader and no place in the hub.
func (c *Conn) turnAway(why frame.CloseReason) {
	_ = c.ws.NetConn().SetWriteDeadline(time.Now().Add(c.hub.o.CloseTimeout))
	_, _ = c.ws.NetConn().Write(why.Frame())
	_ = c.ws.Close()
}

// refuseUpgrade answers a handshake that the WebSocket library refuses. Its own
// answer would be the status alone.
func (h *Hub) refuseUpgrade(w http.ResponseWriter, r *http.Request, status int, reason error) {
	w.Header().Set("Sec-WebSocket-Version", "13")
	h.refuse(w, r, refusal{status, RefusedHandshake,
		"this asks for a WebSocket, but not as RFC 6455 says: " + strings.TrimPrefix(reason.Error(), "websocket: ")})
}

// check looks for a reason to refuse the request; the status is 0 when there is none.
func (h *Hub) check(r *http.Request, id string) (asked wish, no refusal) {
	query, malformed := url.ParseQuery(r.URL.RawQuery)
	from := r.Header.Get("Origin")
	if isQuestion(r) {
		from = query.Get(questionKey)
	}
	asked = wish{id: id, name: "guest-" + id[:4], room: "lobby"}
	if query.Has("name") {
		asked.name = query.Get("name")
	}
	if query.Has("room") {
		asked.room = query.Get("room")
	}
	misplaced := h.readPlace(&asked, query)
	h.mu.Lock()
	draining := h.draining
	h.mu.Unlock()
	switch {
	case r.Method != http.MethodGet:
		no = refusal{http.StatusMethodNotAllowed, RefusedMethod, "connect with GET"}
	case r.ContentLength != 0: // also -1, of a length that is not said
		no = refusal{http.StatusBadRequest, RefusedBody, "a request for a WebSocket has no body: send the first message as a frame"}
	case !h.originAllowed(from, r):
		no = refusal{http.StatusForbidden, RefusedOrigin, "pages of " + printableOr(from) + " may not connect to this node; " +
			"its operator can allow them (ALLOWED_ORIGINS), or let a proxy in front pass the Host header on"}
	case malformed != nil:
		no = refusal{http.StatusBadRequest, RefusedQuery, "the part of the URL after ? cannot be read: escape names and rooms as URLs ask for, a space as %20"}
	case !frame.ValidName(asked.name):
		no = refusal{http.StatusBadRequest, RefusedName, frame.NameRule}
	case !frame.ValidRoom(asked.room):
		no = refusal{http.StatusBadRequest, RefusedRoom, frame.RoomRule}
	case misplaced != nil:
		no = refusal{http.StatusBadRequest, RefusedQuery, misplaced.Error()}
	case draining:
		no = refusal{http.StatusServiceUnavailable, RefusedLeaving, frame.CloseGoingAway.Text}
	default:
		no = h.permit(&asked, r, query)
		if no.status == 0 { // a token may have given the name
			no, _ = h.banned(asked.name, r.RemoteAddr)
		}
	}
	return asked, no
}

func printableOr(origin string) string {
	if printable(origin) && len(origin) <= 200 {
		return origin
	}
	return "that origin"
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
