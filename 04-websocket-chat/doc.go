// Package chat is a WebSocket chat on one node: rooms, names, acknowledgements,
// presence, and an interface through which messages reach other nodes. Read it in this
// order:
//
//   - event.go: Event, what is sent and delivered; Relay, through which it leaves the
//     hub; Sent, which tells the sender what becomes of it. Without other nodes the
//     built-in loopback is the relay.
//   - hub.go, room.go: the connections, and the members of each room. One lock, Hub.mu,
//     guards both.
//   - upgrade.go: a request becomes a connection, or is refused with a sentence.
//     capacity.go refuses clients when the node is full, or when too many come a second;
//     refuse.go counts who is refused and why, as the pages of foreign sites are. permit.go lets a client's token
//     decide, where one is needed (Options.Admit); term.go ends what it gives.
//   - conn.go: the reader of one connection, and what it does with a frame. rate.go and
//     keepalive.go: how much a client may send, alone and with all at its address, and how long
//     it may be silent. ended.go: how a connection ends.
//     polled.go: what the hub needs of a WebSocket, and how one is read that has no goroutine (labs/idle).
//   - deliver.go: events are encoded once and handed to the queues of all clients that
//     get them. individual.go: the clients that get something else than the rest, as the
//     sender does. pace.go: how a backlog is slowed down.
//   - queue.go: what waits for one client, counted in bytes; past its limit the client
//     is closed. round.go: one attempt to write to each client's socket, which never
//     waits. writer.go: a goroutine that may wait, for a client whose socket is full.
//   - presence.go, roster.go: the names in a room, here and on other nodes, and how its
//     members are told. degrade.go: all clients are told that messages may be missed.
//     The relay (chapter 05) notices that, and counts the gaps, in its sequences.go.
//   - drain.go: the end of a node, one client after the other. kick.go: the end of one client, when an operator asks for it.
//   - options.go, stats.go: what can be set, and what is counted.
//
// The root imports six packages of this chapter, frame (the protocol), ban (who is to stay away), early (what comes
// with the request), nowait (a write that never waits), origin (which pages' sites are the
// same) and presence (the list of a node's clients, in parts); they know no hub. Packages client and talk connect to a node;
// packages node and page make a program of the hub, with token for who may come. The tests share chattest.
//
// # One message
//
// Alice has sent {"event":"message","data":"hi","id":7}; Bob is in her room.
//
//   - conn.go: Conn.read waits for the frame on Alice's socket. Conn.readFrame reads it
//     into a borrowed buffer and counts it (Conn.allow, rate.go); Conn.text hands it
//     to frame.Parse, and counts it against what her address may send (Conn.share). Conn.handle answers joins and pings itself, and passes the rest to
//     Conn.publish. That makes an Event of it: to the room, from alice, now, and not to
//     her own connection, whose id it puts into Event.Except. Then it calls
//     Relay.Publish.
//   - Without other nodes that is loopback.Publish (event.go): Sent.Accepted queues Alice's
//     "$ack", and Hub.Deliver follows at once. With a relay (chapter 05) the event travels
//     through Redis, and comes back to the Hub.Deliver of every node, this one included.
//   - deliver.go: delivery.encode makes the bytes, once for all (Event.appendFrame, event.go).
//     Hub.handOut takes the lock. Hub.deliverRun handles a run of events to the same
//     clients in three steps. Hub.noteIndividuals (individual.go) notes the clients that do
//     not get all of it, or are told something in between: here Alice. Everybody else in
//     the room gets the same bytes in the queue (Hub.targets, delivery.put, queue.put).
//     Then delivery.deliverIndividually serves these individuals: it leaves out Alice's own
//     message, and puts "$placed" in its place (Sent.placed): her message has its
//     place in the one order.
//   - queue.go: if Bob's queue would pass its limit, queue.put drops what waits there and
//     leaves a close frame, 1013: he reads too slowly. Its caller, Conn.put (writer.go),
//     counts that and takes him out of the hub.
//   - round.go: unlocked, writeRound goes from one connection to the next. Conn.tryWrite
//     concatenates what waits (queue.nextBatch), and writes it to Bob's socket with one
//     system call (nowait.Writer.TryWrite).
//   - writer.go: bytes that the socket did not take return to the queue
//     (queue.putBack). Conn.write, in a goroutine of its own, writes them, and may wait.
//
// # The goroutines
//
// A connection that is idle costs one goroutine, its reader. The HTTP handler
// that upgraded it has returned, so that net/http's buffers are free again; and
// the reader waits at so shallow a depth of calls that its first stack, 2 KiB, need
// not grow.
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
//   - Timers: one for the pings of all connections (pings.go), for one that a token let in its end, and for a room whose members changed
//     the next presence frame.
//
// # Why queues are counted in bytes
//
// A client that reads too slowly makes its queue grow. A message can have 64 KiB, so
// a limit of n messages would allow n times that; a limit in bytes is the memory that
// one slow client can take, whatever it is sent. Past the limit the client is
// closed with 1013 (try again later), and no other client is delayed.
package chat
