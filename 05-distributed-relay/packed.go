package relay

import "encoding/json"

// Packed is an argument of an Envelope that is MessagePack already.
//
// A client's data is packed on the goroutine of that client: what cannot be
// packed is refused there, and the one goroutine that publishes for all has
// less to do.
type Packed []byte

// Pack turns one JSON value into MessagePack, unchanged in meaning.
func Pack(data json.RawMessage) (Packed, error) {
	p := packers.Get().(*packer)
	p.b = make([]byte, 0, len(data)+8) // rarely more: MessagePack is the shorter of the two
	err := p.json(string(data))
	packed := p.b
	p.b = nil
	packers.Put(p)
	return packed, err
}
