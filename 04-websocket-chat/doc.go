// Package chat is a WebSocket chat on one node: rooms, names, acknowledgements,
// presence, and a way out for messages that have to reach other nodes. Read it in this
// order:
//
//   - event.go: Event, what is sent and delivered; Relay, through which it leaves; Sent,
//     by which its sender hears of it. A hub that is alone is its own relay.
//   - hub.go, room.go: who is connected, and who is in which room. One lock, Hub.mu,
//     guards both.
//   - upgrade.go: a request becomes a connection, or is refused with a sentence.
//     capacity.go and origin.go say whom there is no place for, and which sites' pages
//     may not come.
//   - conn.go: the reader of one connection, and what it does with a frame. rate.go and
//     keepalive.go: how much a client may send, and how long it may be silent. ended.go:
//     how a connection ends.
//   - deliver.go: events are encoded once and handed to the queues of all that get them.
//     individual.go: the clients that do not get just what the others get. pace.go: how a
//     backlog is slowed down.
//   - queue.go: what waits for one client, counted in bytes; past its limit the client
//     is closed. round.go: writing to one after the other without waiting. writer.go:
//     the goroutine for a client that makes us wait.
//   - presence.go: what nodes tell each other about who is in a room. roster.go: what a
//     room's members are told about it. degrade.go: how all clients are told that messages
//     may be missed ("$degraded") and that they arrive again ("$recovered").
//   - drain.go: the end of a node, one client after the other.
//   - options.go, stats.go: what can be set, and what is counted.
//
// Beside the root: frame is what is spoken, nowait the system call that never waits.
// These two know no hub. Above it: client and talk speak to a node, node and page make
// a program of it. chattest is what the tests share.
//
// # One message
//
// Alice has sent {"event":"message","data":"hi","id":7}; Bob is in her room.
//
//   - Conn.read waits for the frame on Alice's socket. Conn.readFrame reads it
//     into a borrowed buffer and counts it (Conn.allow); Conn.text hands it to frame.Parse.
//   - Conn.handle takes joins and pings out; all else goes to Conn.publish, which makes
//     an Event of it: to the room, from alice, now, and not to her own connection
//     (Event.Except). Relay.Publish has it from here.
//   - Without a relay that is loopback.Publish: Sent.Accepted queues Alice's "$ack", and
//     Hub.Deliver follows at once. With one (chapter 05) the event travels through
//     Redis, and comes back to the Hub.Deliver of every node, this one included.
//   - delivery.encode makes the bytes, once for all (Event.appendFrame).
//   - Hub.handOut takes the lock. For each run of events to the same clients
//     Hub.deliverRun notes which of them are individuals (Hub.noteIndividuals), puts the
//     same chunk of bytes into everybody's queue (Hub.targets, Conn.put, queue.put), and
//     then gives the individuals what is theirs (delivery.deliverIndividually): Alice is
//     left out here, and is told "$placed" (Sent.placed). If Bob's queue would pass its
//     limit, queue.put drops what waits there and closes him with 1013.
//   - Unlocked, writeRound goes from one connection to the next. Conn.tryWrite takes what
//     waits (queue.nextBatch), joins it, and writes it to Bob's socket with one system call
//     (nowait.Writer.TryWrite).
//   - What the socket does not take goes back (queue.putBack), and Conn.write, in a
//     goroutine of its own, writes it and may wait.
//
// # The goroutines
//
// A connection that is idle costs one goroutine, its reader. The HTTP handler
// that upgraded it has returned, so that net/http's buffers are free again; and
// the reader waits in so few functions that its first stack, 2 KiB, is enough.
//
//   - Conn.read: one for each connection, started by Hub.ServeHTTP, ended by an
//     error of the socket. It blocks on the socket only: what it sends goes
//     into queues that never block.
//   - Deliver: runs on the caller's goroutine. In this chapter that is the
//     reader of the sender; with a relay (chapter 05) it is the one goroutine
//     that takes what Redis sends. It holds the hub's lock while it hands the
//     same bytes to the queue of every connection; then it writes to each, without
//     waiting (writeRound).
//   - Conn.write: a writer, which may wait. It runs for a connection whose socket
//     did not take all of a round, and for what a node says to one client alone;
//     it ends when the queue is empty. It blocks on the socket, with no lock
//     held, and so delays nobody else.
//   - Timers: a ping for each connection, and for a room whose members changed
//     the next presence frame.
//
// # Why queues are counted in bytes
//
// A client that reads too slowly makes its queue grow. A limit in messages
// would allow 64 KiB times that number; a limit in bytes is the memory that
// one slow client can take, whatever it is sent. Past the limit the client is
// closed with 1013 and nobody else has waited.
package chat
