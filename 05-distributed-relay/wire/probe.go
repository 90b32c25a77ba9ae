package wire

import (
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// Probe is what every node publishes on ProbeChannel, again and again. Its own
// coming back proves delivery; the others' Seq shows what was not seen.
type Probe struct {
	Node  string `msgpack:"node"`  // the node's name, for people
	Pub   string `msgpack:"pub"`   // identity of this run of the publisher
	Seq   uint64 `msgpack:"seq"`   // of the last message before this probe
	Count uint64 `msgpack:"n"`     // the node's probes counted from 1
	Every int64  `msgpack:"every"` // milliseconds between probes

	// Lanes are the last numbers of parts that are numbered each for itself, as labs/scale-out writes them. None: Seq says all.
	Lanes []byte `msgpack:"lanes,omitempty"`
}

// MaxPub is the longest identity of a publisher, in bytes; ours have 12 and 16. It
// is kept for as long as its publisher is followed.
const MaxPub = 64

// ErrPub says that a publisher's identity is missing, or longer than MaxPub.
var ErrPub = errors.New("a publisher without a name, or with one too long")

// maxProbe is room for a name as long as any host's, and more, in bytes.
const maxProbe = 64 << 10

// Encode returns the probe as MessagePack.
func (p Probe) Encode() []byte { return encode(p) }

// DecodeProbe reads what arrived on ProbeChannel.
func DecodeProbe(payload string) (Probe, error) {
	// What is large or malformed must not reach the library, which trusts lengths
	// and nests without end.
	if len(payload) > maxProbe {
		return Probe{}, fmt.Errorf("%d bytes, %d are allowed", len(payload), maxProbe)
	}
	if err := wellFormed(payload); err != nil {
		return Probe{}, err
	}
	var p Probe
	if err := msgpack.Unmarshal([]byte(payload), &p); err != nil {
		return Probe{}, err
	}
	if p.Pub == "" || len(p.Pub) > MaxPub {
		return Probe{}, ErrPub
	}
	return p, nil
}

// wellFormed reports why payload is not one MessagePack value, no deeper than
// pack.MaxDepth, whose lengths are true.
func wellFormed(payload string) error {
	r := pack.NewReader(payload)
	defer r.Close()
	if err := r.Skip(0); err != nil {
		return err
	}
	return r.End()
}

// encode returns one of this package's own structs as MessagePack.
func encode(v any) []byte {
	b, err := msgpack.Marshal(v)
	if err != nil {
		panic("wire: " + err.Error()) // our own types only
	}
	return b
}
