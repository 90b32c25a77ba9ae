package model

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
)

// Sizes are bytes on the wire.
type Sizes struct {
	Copy, Hand           float64 // a message: to a replica, and from there to a node
	ProbeCopy, ProbeHand float64
}

// identities of the length that ours have.
const (
	publisher  = "AAAAAAAAAAAA"
	connection = "AAAAAAAAAAAAAAAAAAAA"
)

// sizes are those of a message with a text of so many bytes.
func sizes(kind Kind, text int) Sizes {
	at := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC).UnixMilli()
	e := wire.Envelope{
		UID: publisher[:6], Event: "message", Args: []any{json.RawMessage(`"` + strings.Repeat("0", text) + `"`)},
		Rooms: []string{"room 1000"}, Except: []string{connection}, Flags: wire.Flags{Broadcast: true},
		Pub: publisher, Seq: 1000, From: "alice", At: at,
	}
	p := wire.Probe{Node: "node-1", Pub: publisher, Seq: 1000, Count: 1000, Every: 250}
	channel, hand := "socket.io#/#room 1000#", []string{"pmessage", "socket.io#/#*"}
	number := []byte{}
	if kind == OnLanes {
		channel, hand = lane.Channels+"247", []string{"message"}
		number = binary.AppendUvarint(nil, 1000)
		for range lane.Count + 1 {
			p.Lanes = binary.AppendUvarint(p.Lanes, 1000)
		}
	}
	payload, err := e.Append(number)
	if err != nil {
		panic(err) // all of it is above
	}
	probe := string(p.Encode())
	return Sizes{
		Copy: resp("PUBLISH", channel, string(payload)), Hand: resp(append(hand, channel, string(payload))...),
		ProbeCopy: resp("PUBLISH", wire.ProbeChannel, probe), ProbeHand: resp("message", wire.ProbeChannel, probe),
	}
}

// resp is how long an array of texts is in Redis' protocol.
func resp(words ...string) float64 {
	n := len(fmt.Sprintf("*%d\r\n", len(words)))
	for _, w := range words {
		n += len(fmt.Sprintf("$%d\r\n", len(w))) + len(w) + 2
	}
	return float64(n)
}
