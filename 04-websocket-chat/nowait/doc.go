// Package nowait writes as much to a socket as it takes at once, and never waits. It
// is there only to be fast; it knows no connections, no queues and no frames.
//
// A socket of net waits for room when its buffer is full: the goroutine that writes
// to it sleeps until the other end has read. Whoever writes to a thousand sockets in
// a row cannot afford that, and to start a goroutine for each costs more than the
// write itself. So a round of writes (package chat, round.go) first asks here:
//
//	raw := nowait.Raw(socket) // once for each connection
//	var w nowait.Writer       // one for many connections
//	n := w.TryWrite(raw, data)
//
// When n is less than len(data), the rest needs a goroutine that may wait:
//
//	socket.Write(data[n:])
//
// On a Unix, TryWrite is one system call, write(2), on a socket that net has made
// non-blocking long before; elsewhere, and where a socket has no file descriptor,
// Raw is nil and all writes are of the kind that waits.
package nowait
