// Package chat is a WebSocket chat on one node: rooms, names, acknowledgements,
// presence, and a way out for messages that have to reach other nodes.
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
