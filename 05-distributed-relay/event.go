package relay

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// errReserved is why an event from Redis is dropped: wire.Reserved says whose its name is.
var errReserved = errors.New("an event with a reserved name")

// ToEvent makes of an envelope what a hub delivers: one argument becomes the
// data, several an array, none is no data.
func ToEvent(e *wire.Envelope) (chat.Event, error) {
	if whose := wire.Reserved(e.Event); whose != "" {
		return chat.Event{}, fmt.Errorf("%w: %.64q is %s", errReserved, e.Event, whose)
	}
	event := chat.Event{Name: e.Event, Rooms: e.Rooms, Except: e.Except, From: e.From, Place: e.Place, Repeat: e.Repeat, Lost: chat.Lost(e.Lost)}
	if e.At != 0 {
		event.At = time.UnixMilli(e.At)
	}
	if len(e.Args) == 1 {
		switch arg := e.Args[0].(type) {
		case json.RawMessage:
			event.Data = arg
		case []byte:
			if e.Event == "binary" {
				event.Binary = arg
			} else {
				event.Data = pack.AppendBytes(nil, arg)
			}
		}
	} else if len(e.Args) > 1 {
		event.Data = joinArgs(e.Args)
	}
	return event, nil
}

func joinArgs(args []any) json.RawMessage {
	list := []byte{'['}
	for i, arg := range args {
		if i > 0 {
			list = append(list, ',')
		}
		switch arg := arg.(type) {
		case json.RawMessage:
			list = append(list, arg...)
		case []byte:
			list = pack.AppendBytes(list, arg)
		}
	}
	return append(list, ']')
}

// toEnvelope is the other way: what a client of this node sent.
func toEnvelope(event *chat.Event, by Carrier) (wire.Envelope, error) {
	if whose := wire.Reserved(event.Name); whose != "" {
		return wire.Envelope{}, frame.Problemf(frame.CodeReservedEvent, "the event %.64q is %s; choose another name", event.Name, whose)
	}
	e := wire.Envelope{
		Event: event.Name, Rooms: event.Rooms, Except: event.Except,
		Flags: wire.Flags{Broadcast: len(event.Except) > 0},
		From:  event.From, At: event.At.UnixMilli(), Key: event.Key, Again: event.Again,
	}
	switch {
	case event.Binary != nil:
		e.Args = []any{event.Binary}
	case event.Data != nil:
		var err error
		if e.Encoded, err = by.Argument(event.Data); err != nil {
			return wire.Envelope{}, err
		}
	}
	return e, nil
}
