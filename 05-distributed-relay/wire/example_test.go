package wire_test

import (
	"encoding/json"
	"fmt"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// What an emitter publishes for the room lobby, and what a node reads of it.
func ExampleEnvelope() {
	e := wire.Envelope{
		UID: wire.EmitterUID, Event: "news", Args: []any{json.RawMessage(`{"text":"hi"}`)}, Rooms: []string{"lobby"},
	}
	payload, err := e.Append(nil)
	fmt.Println(e.Channel(wire.DefaultKey), err)
	fmt.Printf("%q\n", payload)

	got, err := wire.DecodeEnvelope(string(payload))
	fmt.Printf("%s %s %v %v\n", got.Event, got.Args[0], got.Rooms, err)
	// Output:
	// socket.io#/#lobby# <nil>
	// "\x93\xa7emitter\x83\xa4type\x02\xa4data\x92\xa4news\x81\xa4text\xa2hi\xa3nsp\xa1/\x83\xa5rooms\x91\xa5lobby\xa5flags\x80\xa6except\x90"
	// news {"text":"hi"} [lobby] <nil>
}

// A node's probe tells the others how many messages there were before it.
func ExampleProbe() {
	payload := wire.Probe{Node: "node-1", Pub: "0123456789ab", Seq: 41, Count: 3, Every: 250}.Encode()
	p, err := wire.DecodeProbe(string(payload))
	fmt.Println(p.Node, p.Seq, err)
	_, err = wire.DecodeProbe("\x80")
	fmt.Println(err)
	// Output:
	// node-1 41 <nil>
	// a publisher without a name, or with one too long
}
