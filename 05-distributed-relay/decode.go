package relay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// DecodeEnvelope reads what Append, the npm adapter or the npm emitter wrote.
// Args are json.RawMessage, and []byte where an argument is bytes; bytes deeper
// inside become {"$base64":"…"}.
//
// The payload is a string because go-redis hands over strings, and because the
// envelope's own strings are then parts of it: who keeps one of them for long
// (an identity in a map) clones it, or keeps the whole payload alive.
//
// Anyone who reaches Redis can publish anything: the error says what is wrong
// with a payload and where; nothing makes this panic, recurse deeper than
// MaxDepth, or allocate more than a small multiple of the payload's own size.
func DecodeEnvelope(payload string) (Envelope, error) {
	u := unpackers.Get().(*unpacker)
	u.s, u.pos = payload, 0
	var e Envelope
	err := u.envelope(&e)
	if pos := u.pos; err != nil {
		err = fmt.Errorf("decode envelope: byte %d of %d: %w", pos, len(payload), err)
		e = Envelope{}
	}
	u.s = "" // the pool must not keep the payload
	if cap(u.scratch) <= maxScratch {
		unpackers.Put(u)
	}
	return e, err
}

// An argument of one byte takes 50 when it is decoded, and a room 16: so their
// number is bounded, far above what anybody sends.
const mostArguments, mostRooms = 1 << 10, 1 << 16

// maxScratch is how much JSON a pooled unpacker may keep room for, in bytes.
const maxScratch = 64 << 10

var errMissing = errors.New("missing")

func (u *unpacker) envelope(e *Envelope) error {
	n, err := u.array()
	if err != nil {
		return err
	}
	if n != 3 {
		return fmt.Errorf("an array of 3 is expected, [uid, packet, opts], not of %d", n)
	}
	if e.UID, err = u.string(); err != nil {
		return fmt.Errorf("uid: %w", err)
	}
	if err := u.packet(e); err != nil {
		return fmt.Errorf("packet: %w", err)
	}
	if err := u.opts(e); err != nil {
		return fmt.Errorf("opts: %w", err)
	}
	if left := len(u.s) - u.pos; left > 0 {
		return fmt.Errorf("%d bytes too many at the end", left)
	}
	return nil
}

// fields reads a map and calls field for the value of each key. Keys are
// matched by name: the npm packages order them differently.
func (u *unpacker) fields(field func(key string) error) error {
	n, err := u.object()
	if err != nil {
		return err
	}
	for range n {
		key, err := u.text()
		if err != nil {
			return fmt.Errorf("key: %w", err)
		}
		if err := field(key); err != nil {
			return fmt.Errorf("%.64q: %w", key, err) // a key can be as long as the payload
		}
	}
	return nil
}

func (u *unpacker) packet(e *Envelope) error {
	var kind int64
	var data bool
	err := u.fields(func(key string) (err error) {
		switch key {
		case "type":
			kind, err = u.integer()
		case "nsp":
			var nsp string
			if nsp, err = u.string(); err == nil && nsp != "/" {
				err = errors.New("only the namespace \"/\" is served")
			}
		case "data":
			data = true
			err = u.data(e)
		default:
			err = u.skip(0)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case kind != eventPacket && kind != binaryEventPacket:
		return fmt.Errorf("type %d is no event", kind)
	case !data:
		return fmt.Errorf("data: %w", errMissing)
	}
	return nil
}

// data reads [event, ...args].
func (u *unpacker) data(e *Envelope) error {
	n, err := u.array()
	if err != nil {
		return err
	}
	if n == 0 {
		return errors.New("empty: the event's name is expected")
	}
	if n > 1+mostArguments {
		return fmt.Errorf("%d arguments, %d are allowed", n-1, mostArguments)
	}
	if e.Event, err = u.string(); err != nil {
		return fmt.Errorf("the event's name: %w", err)
	}
	e.Args = nil
	if n > 1 {
		e.Args = make([]any, 0, min(n-1, 16)) // grows as they come: n is only what was announced
	}
	for i := 1; i < n; i++ {
		arg, err := u.argument()
		if err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
		e.Args = append(e.Args, arg)
	}
	return nil
}

func (u *unpacker) argument() (any, error) {
	if u.pos < len(u.s) && msgpcode.IsBin(u.s[u.pos]) {
		b, err := u.bin()
		return []byte(b), err
	}
	var err error
	if u.scratch, err = u.appendJSON(u.scratch[:0], 0); err != nil {
		return nil, err
	}
	return json.RawMessage(bytes.Clone(u.scratch)), nil
}
