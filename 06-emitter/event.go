package emitter

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"example.com/redis-chat/05-distributed-relay/wire"
)

const maxEvent = 64 // bytes, as for the events of clients

func check(event string, rooms, except []string) error {
	whose := wire.Reserved(event)
	switch {
	case event == "":
		return fmt.Errorf("%w: it is empty", ErrEvent)
	case len(event) > maxEvent:
		return fmt.Errorf("%w: %d bytes, %d are allowed", ErrEvent, len(event), maxEvent)
	case !utf8.ValidString(event):
		return fmt.Errorf("%w: %q is not UTF-8", ErrEvent, event)
	case whose != "":
		return fmt.Errorf("%w: %q is %s, and nodes drop it; choose another name", ErrEvent, event, whose)
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
