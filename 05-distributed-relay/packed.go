package relay

import "encoding/json"

// packed is an argument of an Envelope that is MessagePack already.
//
// A client's data is packed on the goroutine of that client: what cannot be
// packed is refused there, and the one goroutine that publishes for all has
// less to do.
type packed []byte

// pack turns one JSON value into MessagePack, unchanged in meaning.
func pack(data json.RawMessage) (packed, error) {
	p := packers.Get().(*packer)
	p.b = make([]byte, 0, len(data)+8) // rarely more: MessagePack is the shorter of the two
	err := p.json(data)
	out := p.b
	p.b = nil
	packers.Put(p)
	return out, err
}
