package relay

import (
	"encoding/json"
	"fmt"
)

// Envelope is one message as it travels through Redis: the MessagePack array
// [uid, packet, opts] of @socket.io/redis-adapter 8 and @socket.io/redis-emitter 5.
//
// Pub, Seq, From and At are ours. They travel as further keys of opts, which
// Node.js ignores.
type Envelope struct {
	UID    string   // who published: six characters of a server's own, or EmitterUID
	Event  string   // the event's name
	Args   []any    // each a json.RawMessage (any JSON) or a []byte (MessagePack bin)
	Rooms  []string // who gets it; none: everybody
	Except []string // rooms, or ids of connections, that do not get it
	Flags  Flags
	Pub    string // identity of this run of the publisher; "": absent
	Seq    uint64 // the publisher's messages counted from 1; 0: absent
	From   string // who said it; "": absent
	At     int64  // when, in Unix milliseconds; 0: absent

	packed packed // to encode: the one argument, instead of Args, which would allocate twice to hold it
}

// Flags are Socket.IO's modifiers of a broadcast. Only those that are set are
// written; "compress": false, Node.js's way to switch compression off for one
// message, reads as not set.
//
// A node carries Local and Volatile, and does not act on them when it delivers.
// Local is looked at before publishing, by the npm servers too: what has come
// through Redis is past it. Volatile allows to leave out who is not ready: a
// client that cannot keep up is closed here, and knows it, so none is left out.
type Flags struct {
	Volatile  bool  // may be lost when the client is not ready
	Compress  bool  // compress on the client's connection
	Local     bool  // only for clients of the publishing server
	Broadcast bool  // everybody but the sender
	Binary    bool  // the arguments contain bytes
	Timeout   int64 // for acknowledgements, milliseconds; 0: absent
}

// EmitterUID is the uid of every emitter: a process that publishes and has no
// clients of its own.
const EmitterUID = "emitter"

const (
	eventPacket       = 2 // socket.io-parser's PacketType.EVENT
	binaryEventPacket = 5 // the same with bytes inside; older emitters write it
)

// Channel is the channel that e is published on: the namespace's own, or that of
// the room when there is exactly one, so that a server without that room can
// skip the message before it is decoded. key is "socket.io" by default.
func (e *Envelope) Channel(key string) string { return string(e.appendChannel(nil, key)) }

func (e *Envelope) appendChannel(dst []byte, key string) []byte {
	dst = append(append(dst, key...), "#/#"...)
	if len(e.Rooms) == 1 {
		dst = append(append(dst, e.Rooms[0]...), '#')
	}
	return dst
}

// Append appends e's MessagePack to dst: byte for byte what the npm emitter
// writes when UID is EmitterUID, else what the npm adapter writes (the two order
// the keys of opts differently). After an error dst is returned as it was.
func (e *Envelope) Append(dst []byte) ([]byte, error) {
	p := packers.Get().(*packer)
	p.b = dst
	err := p.envelope(e)
	out := p.b
	p.b = nil // dst is the caller's: the pool must not keep it
	packers.Put(p)
	if err != nil {
		return dst, fmt.Errorf("encode event %q: %w", e.Event, err)
	}
	return out, nil
}

// The encoder's errors are the writer's, and packer.Write has none: only what
// can be wrong with the arguments is checked.
func (p *packer) envelope(e *Envelope) error {
	p.enc.EncodeArrayLen(3)
	p.enc.EncodeString(e.UID)

	p.enc.EncodeMapLen(3)
	p.enc.EncodeString("type")
	p.enc.EncodeInt(eventPacket)
	p.enc.EncodeString("data")
	p.enc.EncodeArrayLen(1 + len(e.Args) + count(e.packed != nil))
	p.enc.EncodeString(e.Event)
	p.Write(e.packed)
	for i, arg := range e.Args {
		if err := p.argument(arg); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	p.enc.EncodeString("nsp")
	p.enc.EncodeString("/")

	p.opts(e)
	return nil
}

func (p *packer) argument(arg any) error {
	switch arg := arg.(type) {
	case json.RawMessage:
		return p.json(arg)
	case []byte:
		p.enc.EncodeBytesLen(len(arg)) // not EncodeBytes, to which nil is null
		p.Write(arg)
		return nil
	default:
		return fmt.Errorf("a %T, where json.RawMessage or []byte is expected", arg)
	}
}

func (p *packer) opts(e *Envelope) {
	p.enc.EncodeMapLen(3 + count(e.Pub != "", e.Seq != 0, e.From != "", e.At != 0))
	p.strings("rooms", e.Rooms)
	if e.UID == EmitterUID {
		p.flags(e.Flags)
		p.strings("except", e.Except)
	} else {
		p.strings("except", e.Except)
		p.flags(e.Flags)
	}
	if e.Pub != "" {
		p.enc.EncodeString("pub")
		p.enc.EncodeString(e.Pub)
	}
	if e.Seq != 0 {
		p.enc.EncodeString("seq")
		p.enc.EncodeUint(e.Seq)
	}
	if e.From != "" {
		p.enc.EncodeString("from")
		p.enc.EncodeString(e.From)
	}
	if e.At != 0 {
		p.enc.EncodeString("at")
		p.enc.EncodeInt(e.At)
	}
}

func (p *packer) strings(key string, list []string) {
	p.enc.EncodeString(key)
	p.enc.EncodeArrayLen(len(list))
	for _, s := range list {
		p.enc.EncodeString(s)
	}
}

func (p *packer) flags(f Flags) {
	p.enc.EncodeString("flags")
	p.enc.EncodeMapLen(count(f.Compress, f.Volatile, f.Local, f.Broadcast, f.Binary, f.Timeout != 0))
	p.flag("compress", f.Compress)
	p.flag("volatile", f.Volatile)
	p.flag("local", f.Local)
	p.flag("broadcast", f.Broadcast)
	p.flag("binary", f.Binary)
	if f.Timeout != 0 {
		p.enc.EncodeString("timeout")
		p.enc.EncodeInt(f.Timeout)
	}
}

func (p *packer) flag(name string, on bool) {
	if on {
		p.enc.EncodeString(name)
		p.enc.EncodeBool(true)
	}
}

func count(conditions ...bool) (n int) {
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}
