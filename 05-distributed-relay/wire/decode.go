package wire

import (
	"errors"
	"fmt"
	"strconv"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// DecodeEnvelope reads what Append, the npm adapter or the npm emitter wrote, and what others
// write: it is as liberal as @socket.io/redis-adapter 8.3, within the bounds below. What a
// Socket.IO server delivers to its clients must not be missing at ours because a language has
// one kind of array for lists and maps, or a number is written where a text is meant.
//
// Args are json.RawMessage, and []byte where an argument is bytes; bytes deeper
// inside become {"$base64":"…"}.
//
// The payload is a string because go-redis hands over strings, and because the
// envelope's own strings are then parts of it: whoever keeps one of them for long
// (an identity in a map) clones it, or keeps the whole payload alive.
//
// The error says what is wrong with a payload and where.
func DecodeEnvelope(payload string) (Envelope, error) {
	r := pack.NewReader(payload)
	defer r.Close()
	var e Envelope
	if err := e.decode(r); err != nil {
		return Envelope{}, fmt.Errorf("decode envelope: byte %d of %d: %w", r.Pos(), len(payload), err)
	}
	return e, nil
}

// An argument of one byte takes 50 when it is decoded, and a room 16: so their
// number is bounded, far above what anybody sends.
const mostArguments, mostRooms = 1 << 10, 1 << 16

var errMissing = errors.New("missing")

func (e *Envelope) decode(r *pack.Reader) error {
	n, err := r.Array()
	if err != nil {
		return err
	}
	if n < 3 {
		return fmt.Errorf("an array of 3 is expected, [uid, packet, opts], not of %d", n)
	}
	if e.UID, err = r.OptionalText(); err != nil {
		return fmt.Errorf("uid: %w", err)
	}
	if err := e.decodePacket(r); err != nil {
		return fmt.Errorf("packet: %w", err)
	}
	if err := e.decodeOpts(r); err != nil {
		return fmt.Errorf("opts: %w", err)
	}
	for range n - 3 {
		if err := r.Skip(0); err != nil {
			return err
		}
	}
	return r.End()
}

func (e *Envelope) decodePacket(r *pack.Reader) error {
	var kind string
	var data bool
	err := r.Fields(func(key string) (err error) {
		switch key {
		case "type":
			kind, err = r.Name()
		case "nsp":
			err = decodeNamespace(r)
		case "data":
			data = true
			err = e.decodeData(r)
		default:
			err = r.Skip(0)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case kind != eventType && kind != binaryEventType:
		return fmt.Errorf("type %.64q is no event", kind)
	case !data:
		return fmt.Errorf("data: %w", errMissing)
	}
	return nil
}

// The types of packets, read as names: the adapter takes "2" for 2.
var eventType, binaryEventType = strconv.Itoa(eventPacket), strconv.Itoa(binaryEventPacket)

func decodeNamespace(r *pack.Reader) error {
	if r.IsUndefined() {
		return r.Skip(0) // as if it were not there
	}
	nsp, err := r.Text()
	if err == nil && nsp != "/" {
		err = errors.New("only the namespace \"/\" is served")
	}
	return err
}

// decodeData reads [event, ...args].
func (e *Envelope) decodeData(r *pack.Reader) error {
	n, err := r.Array()
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("empty: the event's name is expected")
	}
	if n > 1+mostArguments {
		return fmt.Errorf("%d arguments, %d are allowed", n-1, mostArguments)
	}
	if e.Event, err = r.Name(); err != nil {
		return fmt.Errorf("the event's name: %w", err)
	}
	e.Args = nil
	if n > 1 {
		e.Args = make([]any, 0, min(n-1, 16)) // grows as they come: n is only what was announced
	}
	for i := 1; i < n; i++ {
		arg, err := decodeArgument(r)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
		e.Args = append(e.Args, arg)
	}
	return nil
}

func decodeArgument(r *pack.Reader) (any, error) {
	if r.IsBytes() {
		return r.Bytes()
	}
	return r.JSON()
}
