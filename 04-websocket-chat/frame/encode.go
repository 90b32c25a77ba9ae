package frame

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// AppendString appends s as a JSON string. Most names and rooms need no
// escapes; then nothing is allocated.
func AppendString(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // no error: a string always can be JSON
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// Encode makes a text frame of the node's own, as it goes over the wire: a WebSocket
// frame around {"event":…,"room":…,"data":…,"id":…}. An empty room, and data or an id
// that is nil, are left out. It panics when data cannot be JSON.
func Encode(event, room string, data any, id *int64) []byte {
	text := append(make([]byte, 0, 128), `{"event":`...)
	text = AppendString(text, event)
	if room != "" {
		text = append(text, `,"room":`...)
		text = AppendString(text, room)
	}
	if data != nil {
		value, err := json.Marshal(data)
		if err != nil {
			panic("frame: data of " + event + ": " + err.Error()) // our own types only
		}
		text = append(text, `,"data":`...)
		text = append(text, value...)
	}
	if id != nil {
		text = append(text, `,"id":`...)
		text = strconv.AppendInt(text, *id, 10)
	}
	return Append(nil, OpText, append(text, '}'))
}

// EncodeAnswer makes "$placed", or the "$ack" of a join: with a place in the order; "": places are kept nowhere.
func EncodeAnswer(event, place string, id *int64) []byte {
	text := append(make([]byte, 0, 128), `{"event":`...)
	text = appendPlace(AppendString(text, event), place)
	text = append(text, `,"id":`...)
	text = strconv.AppendInt(text, *id, 10)
	return Append(nil, OpText, append(text, '}'))
}

// EncodePlace makes "$place", which goes ahead of a binary frame.
func EncodePlace(place string) []byte {
	text := append(make([]byte, 0, 128), `{"event":"`+EventPlace+`"`...)
	return Append(nil, OpText, append(appendPlace(text, place), '}'))
}

func appendPlace(text []byte, place string) []byte {
	if place == "" {
		return text
	}
	return AppendString(append(text, `,"place":`...), place)
}
