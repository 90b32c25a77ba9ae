package entry

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// The fields of an entry, as the adapter names them, and what stands in those of a message
// for clients. The adapter has twelve more types: for requests between servers.
const (
	UID, Namespace, Type, Data = "uid", "nsp", "type", "data"

	// The key of a message, in one field or the other: it may be that of an entry before when its sender has sent it
	// again. The adapter takes no notice of fields that it does not know.
	Key, Again = "key", "again"

	Root      = "/" // the namespace
	Broadcast = "3" // the type
)

// AppendData appends an envelope as the field data. The first argument is
// e.Encoded, which is JSON here, if it is not nil.
func AppendData(dst []byte, e *wire.Envelope) ([]byte, error) {
	for _, arg := range e.Args {
		if _, bytes := arg.([]byte); bytes {
			return appendPacked(dst, e)
		}
	}
	return appendJSON(dst, e), nil
}

func appendJSON(dst []byte, e *wire.Envelope) []byte {
	dst = append(dst, `{"packet":{"type":2,"data":[`...)
	dst = frame.AppendString(dst, e.Event)
	if e.Encoded != nil {
		dst = append(append(dst, ','), e.Encoded...)
	}
	for _, arg := range e.Args {
		dst = append(append(dst, ','), arg.(json.RawMessage)...)
	}
	dst = append(dst, `],"nsp":"/"},"opts":{"rooms":`...)
	dst = appendList(dst, e.Rooms)
	dst = append(dst, `,"except":`...)
	dst = appendList(dst, e.Except)
	dst = append(dst, `,"flags":{`...)
	if e.Flags.Broadcast {
		dst = append(dst, `"broadcast":true`...)
	}
	dst = append(dst, '}')
	if e.Pub != "" {
		dst = append(dst, `,"pub":`...)
		dst = frame.AppendString(dst, e.Pub)
		dst = append(dst, `,"seq":`...)
		dst = strconv.AppendUint(dst, e.Seq, 10)
	}
	if e.From != "" {
		dst = append(dst, `,"from":`...)
		dst = frame.AppendString(dst, e.From)
	}
	if e.At != 0 {
		dst = append(dst, `,"at":`...)
		dst = strconv.AppendInt(dst, e.At, 10)
	}
	return append(dst, '}', '}')
}

func appendList(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = frame.AppendString(dst, s)
	}
	return append(dst, ']')
}

// appendPacked is the form for bytes: MessagePack as base64.
func appendPacked(dst []byte, e *wire.Envelope) ([]byte, error) {
	packed := *e
	if e.Encoded != nil {
		var err error
		if packed.Encoded, err = pack.FromJSON(json.RawMessage(e.Encoded)); err != nil {
			return dst, err
		}
	}
	value, err := packed.AppendObject(nil)
	if err != nil {
		return dst, err
	}
	return base64.StdEncoding.AppendEncode(dst, value), nil
}

// Decode reads the field data, whoever wrote it.
func Decode(data string) (wire.Envelope, error) {
	if strings.HasPrefix(data, "{") {
		value, err := pack.FromJSON(json.RawMessage(data))
		if err != nil {
			return wire.Envelope{}, fmt.Errorf("decode an entry's data: %w", err)
		}
		return wire.DecodeObject(string(value))
	}
	value, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return wire.Envelope{}, fmt.Errorf("decode an entry's data: neither JSON nor base64: %w", err)
	}
	return wire.DecodeObject(string(value))
}
