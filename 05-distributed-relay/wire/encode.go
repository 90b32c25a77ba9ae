package wire

import (
	"encoding/json"
	"fmt"

	"example.com/redis-chat/05-distributed-relay/pack"
)

const (
	eventPacket       = 2 // socket.io-parser's PacketType.EVENT
	binaryEventPacket = 5 // the same with bytes inside; older emitters write it
)

// Append appends e's MessagePack to dst: byte for byte what the npm emitter
// writes when UID is EmitterUID, else what the npm adapter writes (the two order
// the keys of opts differently). After an error dst is returned as it was.
func (e *Envelope) Append(dst []byte) ([]byte, error) {
	w := pack.NewWriter(dst)
	err := e.encode(w)
	out := w.Close()
	if err != nil {
		return dst, fmt.Errorf("encode event %q: %w", e.Event, err)
	}
	return out, nil
}

func (e *Envelope) encode(w *pack.Writer) error {
	w.Array(3)
	w.Text(e.UID)
	if err := e.encodePacket(w); err != nil {
		return err
	}
	e.encodeOpts(w)
	return nil
}

func (e *Envelope) encodePacket(w *pack.Writer) error {
	w.Map(3)
	w.Text("type")
	w.Int(eventPacket)
	w.Text("data")
	w.Array(1 + count(e.Encoded != nil) + len(e.Args))
	w.Text(e.Event)
	w.Raw(e.Encoded)
	for i, arg := range e.Args {
		if err := encodeArgument(w, arg); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	w.Text("nsp")
	w.Text("/")
	return nil
}

func encodeArgument(w *pack.Writer, arg any) error {
	switch arg := arg.(type) {
	case json.RawMessage:
		return w.JSON(arg)
	case []byte:
		w.Bytes(arg)
		return nil
	default:
		return fmt.Errorf("a %T, where json.RawMessage or []byte is expected", arg)
	}
}

func (e *Envelope) encodeOpts(w *pack.Writer) {
	w.Map(3 + count(e.Pub != "", e.Seq != 0, e.From != "", e.At != 0))
	encodeList(w, "rooms", e.Rooms)
	if e.UID == EmitterUID {
		e.Flags.encode(w)
		encodeList(w, "except", e.Except)
	} else {
		encodeList(w, "except", e.Except)
		e.Flags.encode(w)
	}
	if e.Pub != "" {
		w.Text("pub")
		w.Text(e.Pub)
	}
	if e.Seq != 0 {
		w.Text("seq")
		w.Uint(e.Seq)
	}
	if e.From != "" {
		w.Text("from")
		w.Text(e.From)
	}
	if e.At != 0 {
		w.Text("at")
		w.Int(e.At)
	}
}

func encodeList(w *pack.Writer, key string, list []string) {
	w.Text(key)
	w.Array(len(list))
	for _, s := range list {
		w.Text(s)
	}
}

func (f Flags) encode(w *pack.Writer) {
	w.Text("flags")
	w.Map(count(f.Compress, f.Volatile, f.Local, f.Broadcast, f.Binary, f.Timeout != 0))
	encodeFlag(w, "compress", f.Compress)
	encodeFlag(w, "volatile", f.Volatile)
	encodeFlag(w, "local", f.Local)
	encodeFlag(w, "broadcast", f.Broadcast)
	encodeFlag(w, "binary", f.Binary)
	if f.Timeout != 0 {
		w.Text("timeout")
		w.Int(f.Timeout)
	}
}

func encodeFlag(w *pack.Writer, name string, on bool) {
	if on {
		w.Text(name)
		w.Bool(true)
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
