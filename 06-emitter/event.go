package emitter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// socketIO are the names of the events by which Socket.IO itself tells of a connection;
// the npm emitter refuses them too.
var socketIO = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

const maxEvent = 64 // bytes, as for the events of clients

func check(event string, rooms, except []string) error {
	switch {
	case event == "":
		return fmt.Errorf("%w: it is empty", ErrEvent)
	case len(event) > maxEvent:
		return fmt.Errorf("%w: %d bytes, %d are allowed", ErrEvent, len(event), maxEvent)
	case !utf8.ValidString(event):
		return fmt.Errorf("%w: %q is not UTF-8", ErrEvent, event)
	case strings.HasPrefix(event, "$"):
		return fmt.Errorf("%w: %q begins with $, as only the nodes' own events do; nodes drop it when it comes from Redis", ErrEvent, event)
	case slices.Contains(socketIO, event):
		return fmt.Errorf("%w: %q is what Socket.IO itself calls a change of a connection", ErrEvent, event)
	}
	for _, room := range slices.Concat(rooms, except) {
		if room == "" {
			return fmt.Errorf("%w: it is empty; leave it away to reach everybody", ErrRoom)
		}
		if !utf8.ValidString(room) {
			return fmt.Errorf("%w: %q is not UTF-8", ErrRoom, room)
		}
	}
	return nil
}

func arguments(args []any) ([]any, error) {
	list := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case []byte, json.RawMessage:
			list[i] = arg
		default:
			b, err := json.Marshal(arg)
			if err != nil {
				return nil, fmt.Errorf("%w: argument %d as JSON: %w", ErrArgument, i+1, err)
			}
			list[i] = json.RawMessage(b)
		}
	}
	return list, nil
}
