package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Frame is one JSON text frame of the client wire, in either direction.
type Frame struct {
	Event string          `json:"event"`          // 1–64 bytes; the node's own begin with "$"
	Data  json.RawMessage `json:"data,omitempty"` // any JSON; nil: none
	Room  string          `json:"room,omitempty"` // 1–64 bytes
	From  string          `json:"from,omitempty"` // stamped by the node
	At    string          `json:"at,omitempty"`   // UTC, milliseconds: 2026-01-02T15:04:05.678Z
	ID    *int64          `json:"id,omitempty"`   // asks for, and comes back in, an acknowledgement
}

// ErrorCode says in one word what was wrong; Frame "$error" carries it.
type ErrorCode string

const (
	CodeBadFrame      ErrorCode = "bad_frame"      // not JSON, wrong shape, no event
	CodeReservedEvent ErrorCode = "reserved_event" // "binary", or a name that begins with "$"
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

func problemf(code ErrorCode, format string, args ...any) *Problem {
	return &Problem{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Welcome is the data of the first frame that a client gets.
type Welcome struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Room string `json:"room"`
	Node string `json:"node"`
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

// maxDepth bounds how deeply data may nest: what is decoded recursively on
// other nodes must not be able to exhaust their stacks.
const maxDepth = 64

// maxEvent bounds the name of an event, in bytes.
const maxEvent = 64

// parseFrame reads a client's text frame and checks all that can be checked
// without knowing the client. Keys are taken in any case, {"Event":…} too, as
// encoding/json does: nobody else reads the frame, who could read it otherwise.
func parseFrame(text []byte) (Frame, *Problem) {
	if f, ok := plainFrame(text); ok {
		return f, nil
	}
	return anyFrame(text)
}

// anyFrame reads whatever encoding/json reads, and says what is wrong with the rest.
func anyFrame(text []byte) (Frame, *Problem) {
	var f Frame
	if err := json.Unmarshal(text, &f); err != nil {
		// Of a wrong shape it may still have an id, which tells the sender which
		// frame it was.
		f.ID = idOf(text)
		return f, problemf(CodeBadFrame, `a frame is JSON like {"event":"message","data":"hi"}: %s`, why(err))
	}
	switch {
	case f.Event == "":
		return f, problemf(CodeBadFrame, `a frame needs an event, as in {"event":"message","data":"hi"}`)
	case len(f.Event) > maxEvent:
		return f, problemf(CodeBadFrame, "an event's name has at most %d bytes, this one has %d", maxEvent, len(f.Event))
	case depth(f.Data) > maxDepth:
		return f, problemf(CodeBadFrame, "data nests deeper than %d; send something flatter", maxDepth)
	}
	return f, nil
}

// why says in the words of the wire, not of Go, what is wrong with a frame.
func why(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return "this is a JSON " + wrong.Value
	case errors.As(err, &wrong) && wrong.Field == "id":
		return fmt.Sprintf("id must be an integer, not %.64s", wrong.Value) // a number with all its digits, which may be thousands
	case errors.As(err, &wrong):
		return wrong.Field + " must be a string, not " + wrong.Value
	}
	return err.Error()
}

// idOf is the id of a frame that is not looked at further.
func idOf(text []byte) *int64 {
	var f struct {
		ID *int64 `json:"id"`
	}
	if json.Unmarshal(text, &f) != nil { // sets ID, to 0, when it is no integer
		return nil
	}
	return f.ID
}

// depth is how deeply valid JSON nests: 0 for a scalar, 1 for a flat array.
func depth(data []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

// appendString appends s as a JSON string. Most names and rooms need no
// escapes; then nothing is allocated.
func appendString(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// nodeFrame is a text frame of the node's own, ready to be queued.
func nodeFrame(event, room string, data any, id *int64) []byte {
	text := append(make([]byte, 0, 128), `{"event":`...)
	text = appendString(text, event)
	if room != "" {
		text = append(text, `,"room":`...)
		text = appendString(text, room)
	}
	if data != nil {
		value, err := json.Marshal(data)
		if err != nil {
			panic("chat: data of " + event + ": " + err.Error()) // our own types only
		}
		text = append(text, `,"data":`...)
		text = append(text, value...)
	}
	if id != nil {
		text = append(text, `,"id":`...)
		text = strconv.AppendInt(text, *id, 10)
	}
	return appendWire(nil, opText, append(text, '}'))
}
