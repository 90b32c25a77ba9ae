package wire

import "example.com/redis-chat/05-distributed-relay/pack"

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

	// Place is the message's in the one order, where Redis keeps it: a decoder's word, and never
	// part of the payload. "": Redis keeps nothing.
	Place string
	// Key, Again, Repeat and Lost are chat.Event's. They are no part of the payload either: where Redis keeps
	// messages they stand beside it, or are a reader's word, and PUBLISH leaves them out.
	Key           string
	Again, Repeat bool
	Lost          Lost

	// Series and Nth are the message's number where a publisher numbers parts of its messages each for itself: a
	// decoder's word, too. "": Pub and Seq say all.
	Series string
	Nth    uint64

	// Encoded is the first argument, encoded already, before Args: for publishers,
	// as Args would allocate twice to hold it. Decoding leaves it nil.
	Encoded pack.Value
}

// Flags are Socket.IO's modifiers of a broadcast. Only those that are set are
// written; "compress": false, Node.js's way to switch compression off for one
// message, reads as not set.
//
// A node carries Local and Volatile, and does not act on them when it delivers.
// Local is looked at before publishing, by the npm servers too: what has come
// through Redis is past it. Volatile allows a node to leave out a client that
// is not ready: here a client that cannot keep up is closed, and knows it, so none
// is left out.
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

// Lost is chat.Lost.
type Lost struct{ Seats, Nth uint64 }
