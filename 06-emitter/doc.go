// Package emitter sends an event to the clients of every node, from outside: a process
// that has no clients of its own, and no connection to any node. It publishes the event
// at the Redis master, as a node would; the nodes, each listening at its own replica,
// deliver it.
//
// The bytes are those of the npm package @socket.io/redis-emitter, so an event reaches
// the clients of Node.js servers in the same cluster too. The Receipt is new; the npm
// package has none. PUBLISH at a master answers 0 when all subscribers are at its
// replicas, so an emitter learns nothing from it. WAIT, sent after it on the same
// connection, says how many replicas have the message.
//
// Read it in this order:
//
//   - emitter.go, options.go: an Emitter, which clients its events are for, and Emit.
//   - event.go: which events can be sent, and what their arguments become.
//   - line.go: the one connection: ROLE, PUBLISH, WAIT.
//   - receipt.go, errors.go: what Emit says about it.
//
// # One event
//
// Emitter.Emit asks Envelope for the event: check says whether it may be sent, and arguments makes JSON of its
// arguments. line.emit waits for its turn (lock): one event at a time is on the way.
// replicas asks the server for its role, with ROLE: a replica is refused, as an event
// published there reaches no other server; a master says how many replicas it has.
// publish gives the event the next number, and sends PUBLISH with the bytes of
// wire.Envelope.Append. Then receipt and wait ask, with WAIT, how many replicas have
// it. From there on it travels as a node's own message does: see package relay of
// chapter 05, from Relay.deliver on.
//
// # The goroutines
//
// An Emitter starts no goroutine. It holds one connection, opened by the first
// Emit, and sends one event after the other over it, so that the numbers that
// it gives its events have the order in which Redis gets them.
package emitter
