// Package idle reads what clients send without a goroutine for each: a poller waits for all their sockets at once, and a
// goroutine reads only while there is something to read. The hub behind it is chapter 04's (chat.Options.Poll). It works
// on Linux, by epoll.
//
// Read it in this order:
//
//   - poller_linux.go: Poller, one epoll and one table for all sockets, and their deadlines.
//   - socket_linux.go: a client's socket: who reads, who waits, and how either hears that it can go on.
//   - frames_linux.go: frames, by gobwas/ws, and what the hub is told of them.
//   - poller_other.go: what is said elsewhere.
//
// Package crowd is many idle clients in one goroutine; package lab starts nodes and measures them.
//
// # One frame
//
// Bob has said nothing for an hour, and has no goroutine. Now he sends a line. The kernel tells Poller.wait, socket.told
// finds him quiet and starts Conn.read of chapter 04. That asks NextReader for a frame, which borrows a reading: a buffer of
// 4 KiB and the library's reader. The message goes its usual way. Then Conn.read asks for the next frame, the socket
// has none, and NextReader gives the reading back and returns chat.ErrNothingYet. Conn.read returns, and the goroutine
// is over.
//
// When only a part of a frame has come, the goroutine waits for the rest (socket.Read), as any other would.
//
// # The goroutines
//
//   - Poller.wait: one. It blocks in the kernel, and takes the lock of a socket for a moment.
//   - Poller.watchDeadlines: one, which looks at all deadlines four times a second.
//   - Conn.read (chapter 04): one for each socket that has something to read, started by the poller. It may wait for the
//     rest of a frame, and for all that the hub waits for.
//   - Conn.write (chapter 04): one for each socket that is full. It waits for a word of the poller's.
package idle
