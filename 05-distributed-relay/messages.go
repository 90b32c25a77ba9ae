package relay

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/04-websocket-chat"
)

// Probe is what every node publishes on chat:probe each ProbeInterval. Its own
// coming back proves delivery; the others' Seq shows what was not seen.
type Probe struct {
	Node  string `msgpack:"node"`
	Pub   string `msgpack:"pub"`
	Seq   uint64 `msgpack:"seq"` // of the last message before this probe
	Count uint64 `msgpack:"n"`
	Every int64  `msgpack:"every"` // milliseconds between probes
}

// presence is what nodes publish on chat:presence.
type presence struct {
	Node   string              `msgpack:"node"`
	Pub    string              `msgpack:"pub"`
	Whole  bool                `msgpack:"whole"` // Joined is all there is on that node
	Ask    bool                `msgpack:"ask"`   // the node asks all others for their whole lists
	Joined map[string][]string `msgpack:"joined"`
	Left   map[string][]string `msgpack:"left"`
}

func (p *presence) update() chat.PresenceUpdate {
	return chat.PresenceUpdate{Whole: p.Whole, Joined: p.Joined, Left: p.Left}
}

// DecodeProbe reads what arrived on chat:probe. Anybody can publish there: the
// error says what is wrong with it.
func DecodeProbe(payload string) (Probe, error) {
	var p Probe
	if err := unmarshal(payload, &p); err != nil {
		return Probe{}, err
	}
	if p.Pub == "" || len(p.Pub) > mostPublisher {
		return Probe{}, errPublisher
	}
	return p, nil
}

// mostProbe is room for a name as long as any host's, and more.
const mostProbe = 64 << 10

func marshal(v any) []byte {
	b, err := msgpack.Marshal(v)
	if err != nil {
		panic("relay: " + err.Error()) // our own types only
	}
	return b
}

// unmarshal reads one of the nodes' own small messages. Anybody can publish on
// its channel: what is large or malformed must not reach the library, which
// trusts lengths and nests without end.
func unmarshal(payload string, v any) error {
	if len(payload) > mostProbe {
		return fmt.Errorf("%d bytes, %d are allowed", len(payload), mostProbe)
	}
	if err := wellFormed(payload); err != nil {
		return err
	}
	return msgpack.Unmarshal([]byte(payload), v)
}
