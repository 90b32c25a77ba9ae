package livemap

import (
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Hop is a message that was seen at a server.
type Hop struct {
	Message string `json:"message"` // its fingerprint
	At      string `json:"at"`      // the server
	By      string `json:"by"`      // the publisher: a node's name, or emitter
	From    string `json:"from"`    // the name of the client that wrote it
	Client  string `json:"client"`  // the id of that client's connection; "": nobody's
	Room    string `json:"room"`
	Except  string `json:"except"` // rooms that do not get it, of a message that no client sent
	Text    string `json:"text"`
	Late    bool   `json:"late"` // its line has been shown, and it comes to this server only now
}

// NewHop describes a message, still without a server. by is the publisher's name, or ""
// when it is no node of ours.
func NewHop(payload, by string, e *wire.Envelope) *Hop {
	switch {
	case by != "":
	case e.UID == wire.EmitterUID:
		by = "emitter"
	default:
		by = "server " + Short(e.UID) // of Node.js, or a node that somebody started beside ours
	}
	hop := &Hop{Message: Fingerprint(payload), By: by, From: Short(e.From), Text: words(e.Args)}
	if e.Event != "message" {
		hop.Text = strings.TrimSpace("[" + Short(e.Event) + "] " + hop.Text)
	}
	if len(e.Rooms) > 0 {
		hop.Room = shorten(strings.Join(e.Rooms, ", "), maxRooms)
	}
	if e.From != "" && len(e.Except) > 0 { // a client's message leaves out its sender
		hop.Client = Short(e.Except[0])
	} else {
		hop.Except = shorten(strings.Join(e.Except, ", "), maxRooms)
	}
	return hop
}

// Speaker is the sender, and where the message goes: "alice in lobby".
func (h *Hop) Speaker() string {
	who, room := h.From, "to all"
	if who == "" {
		who = h.By
	}
	if h.Room != "" {
		room = "in " + h.Room
	}
	if h.Except != "" {
		room += ", but not in " + h.Except
	}
	return who + " " + room + ":"
}

// Fingerprint is a hash of the bytes that travel through Redis. A publisher numbers its
// messages, so no two are equal, except from publishers that do not number.
func Fingerprint(payload string) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, payload) // never fails
	return strconv.FormatUint(h.Sum64(), 36)
}
