// Package wire is what travels through Redis: the channels and the messages on
// them, byte for byte those of @socket.io/redis-adapter 8 and
// @socket.io/redis-emitter 5, and the two small messages of the nodes' own. It
// knows no chat, no connection and no Redis client; nodes and emitter stand on
// it. Read it in this order:
//
//   - channels.go: where a message is published, and what a node subscribes to.
//   - envelope.go: one message for clients, [uid, packet, opts]. encode.go writes it, decode.go and decodeopts.go read it.
//   - reserved.go: the names that no event from outside may have.
//   - glance.go: of an envelope for one room who published it, and its number, by going over its bytes.
//   - number.go: of an envelope only who published it, and its number.
//   - probe.go: the message that proves delivery. presence.go: the names in each room of another node.
//
// Whoever can reach Redis can publish anything: each Decode… function says what
// is wrong with a payload and where. None panics, recurses deeper than
// pack.MaxDepth, or allocates more than a small multiple of the payload's size.
//
// It starts no goroutine, and all of it may be called by several at once.
package wire
