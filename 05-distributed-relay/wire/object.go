package wire

import (
	"fmt"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// AppendObject appends e as the MessagePack map {packet, opts}: the data of a message
// between servers on @socket.io/redis-streams-adapter, which has the uid elsewhere.
func (e *Envelope) AppendObject(dst []byte) ([]byte, error) {
	w := pack.NewWriter(dst)
	w.Map(2)
	w.Text("packet")
	err := e.encodePacket(w)
	w.Text("opts")
	e.encodeOpts(w)
	out := w.Close()
	if err != nil {
		return dst, fmt.Errorf("encode event %q: %w", e.Event, err)
	}
	return out, nil
}

// DecodeObject reads what AppendObject or that adapter wrote, as liberally as DecodeEnvelope.
// A message whose clients are to acknowledge it has a further key, and is delivered without.
func DecodeObject(payload string) (Envelope, error) {
	r := pack.NewReader(payload)
	defer r.Close()
	var e Envelope
	packet := false
	err := r.Fields(func(key string) error {
		switch key {
		case "packet":
			packet = true
			return e.decodePacket(r)
		case "opts":
			return e.decodeOpts(r)
		}
		return r.Skip(0)
	})
	if err == nil {
		err = r.End()
	}
	if err == nil && !packet {
		err = fmt.Errorf("packet: %w", errMissing)
	}
	if err != nil {
		return Envelope{}, fmt.Errorf("decode message: byte %d of %d: %w", r.Pos(), len(payload), err)
	}
	return e, nil
}
