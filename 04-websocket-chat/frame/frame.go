package frame

import (
	"encoding/json"
	"fmt"
)

// Frame is one JSON text frame of the client wire, in either direction.
type Frame struct {
	Event string          `json:"event"`           // 1–64 bytes; the node's own begin with "$"
	Data  json.RawMessage `json:"data,omitempty"`  // any JSON; nil: none
	Room  string          `json:"room,omitempty"`  // 1–64 bytes
	From  string          `json:"from,omitempty"`  // stamped by the node
	At    string          `json:"at,omitempty"`    // UTC, milliseconds: 2026-01-02T15:04:05.678Z
	ID    *int64          `json:"id,omitempty"`    // asks for, and comes back in, an acknowledgement
	Place string          `json:"place,omitempty"` // in the one order, where the nodes keep it: what a client that comes back says
	Key   string          `json:"key,omitempty"`   // from a client, at most 64 bytes that nobody can guess: names the message, for when it is sent again
	Again bool            `json:"again,omitempty"` // from a client: it has sent the message of this key before, and does not know what became of it
}

// ErrorCode says in one word what was wrong; the data of EventError carries it.
type ErrorCode string

// What a node says with "$error".
const (
	CodeBadFrame      ErrorCode = "bad_frame"      // not JSON, wrong shape, no event
	CodeReservedEvent ErrorCode = "reserved_event" // "binary", a name that begins with "$", or one that the relay reserves
	CodeNotInRoom     ErrorCode = "not_in_room"    // the sender has not joined that room
	CodeRateLimited   ErrorCode = "rate_limited"   // dropped; going on for a second closes with 1008
	CodeUnavailable   ErrorCode = "unavailable"    // not confirmed in time; it may or may not have been taken
	CodeForbidden     ErrorCode = "forbidden"      // not allowed to this client
)

// Problem is the data of an "$error" frame: what was wrong and what to do.
type Problem struct {
	Code ErrorCode `json:"code"`
	Text string    `json:"text"`
}

func (p *Problem) Error() string { return p.Text }

// Problemf makes a Problem whose text is formatted as by fmt.Sprintf.
func Problemf(code ErrorCode, format string, args ...any) *Problem {
	return &Problem{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Welcome is the data of the first frame that a client gets.
type Welcome struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Room string `json:"room"`
	Node string `json:"node"`
	// Place is where this client's messages begin, where the nodes keep them: behind it.
	Place string `json:"place,omitempty"`
	// Once is for how many seconds every node knows a message by its key, and delivers it once however often
	// it is sent; 0: they do not.
	Once int `json:"once,omitempty"`
}

// CaughtUp is the data of a "$caught-up" frame.
type CaughtUp struct {
	Messages int `json:"messages"` // that came before this frame, because the client had missed them
	// Gone is how many messages were behind the client's place and are kept no longer: of all rooms together, its own and
	// what its relay keeps beside them included. So it is the most that the client has missed. nil: some are gone, and nobody knows how many.
	Gone *int64 `json:"gone,omitempty"`
}

// Expiring is the data of an "$expiring" frame: when the node will close the connection, unless a new token comes.
type Expiring struct {
	Seconds int    `json:"seconds"`
	Text    string `json:"text"`
}

// Presence is the data of a "$presence" frame: Present once after joining,
// then Joined and Left. Names are capped at 200, Count never is. A name that
// two connections share is listed twice.
type Presence struct {
	Count   int      `json:"count"`
	Present []string `json:"present,omitempty"`
	Joined  []string `json:"joined,omitempty"`
	Left    []string `json:"left,omitempty"`
}

// MarshalJSON writes both lists of a change, empty ones too, and only the
// present ones after joining: so a page can tell the two by one key.
func (p Presence) MarshalJSON() ([]byte, error) {
	if p.Present != nil {
		return json.Marshal(struct {
			Count   int      `json:"count"`
			Present []string `json:"present"`
		}{p.Count, p.Present})
	}
	return json.Marshal(struct {
		Count  int      `json:"count"`
		Joined []string `json:"joined"`
		Left   []string `json:"left"`
	}{p.Count, nonNil(p.Joined), nonNil(p.Left)})
}

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
