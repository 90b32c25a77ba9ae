package frame

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxDepth bounds how deeply data may nest, arrays and objects counted together: other nodes may decode it
// recursively, and it must not exhaust their stacks.
const MaxDepth = 64

// MaxEvent and MaxKey bound the name of an event, and the key of a message, in bytes.
const MaxEvent, MaxKey = 64, 64

// Parse reads a client's text frame and checks all that can be checked
// without knowing the client. Keys are taken in any case, {"Event":…} too, as
// encoding/json does: no other program reads the frame, and so none can read it
// differently. If there is a Problem, only the Frame's ID counts: it says which
// frame it was.
func Parse(text []byte) (Frame, *Problem) {
	if f, ok := parseFast(text); ok {
		return f, nil
	}
	return parseJSON(text)
}

// parseJSON reads whatever encoding/json reads, and says what is wrong with the rest.
func parseJSON(text []byte) (Frame, *Problem) {
	var f Frame
	if err := json.Unmarshal(text, &f); err != nil {
		// A frame of a wrong shape may still have an id, which tells the sender
		// which one it was.
		f.ID = ParseID(text)
		return f, Problemf(CodeBadFrame, `a frame is JSON like {"event":"message","data":"hi"}: %s`, why(err))
	}
	switch {
	case f.Event == "":
		return f, Problemf(CodeBadFrame, `a frame needs an event, as in {"event":"message","data":"hi"}`)
	case len(f.Event) > MaxEvent:
		return f, Problemf(CodeBadFrame, "an event's name has at most %d bytes, this one has %d", MaxEvent, len(f.Event))
	case len(f.Key) > MaxKey:
		return f, Problemf(CodeBadFrame, "a message's key has at most %d bytes, this one has %d", MaxKey, len(f.Key))
	case depth(f.Data) > MaxDepth:
		return f, Problemf(CodeBadFrame, "data nests deeper than %d; send something flatter", MaxDepth)
	}
	return f, nil
}

// why says what is wrong with a frame, in the words of the wire and not of Go.
func why(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return "this is a JSON " + wrong.Value
	case errors.As(err, &wrong) && wrong.Field == "id":
		return fmt.Sprintf("id must be an integer, not %.64s", wrong.Value) // a number with all its digits, which may be thousands
	case errors.As(err, &wrong) && wrong.Field == "again":
		return "again must be true or false, not " + wrong.Value
	case errors.As(err, &wrong):
		return wrong.Field + " must be a string, not " + wrong.Value
	}
	return err.Error()
}

// ParseID returns the id of a text frame that is not looked at further; nil when it
// has none, or is no frame.
func ParseID(text []byte) *int64 {
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
