// Package interop proves that a Socket.IO server on @socket.io/redis-streams-adapter can join our
// nodes. It holds only a test, and the program for Node.js that the test starts.
package interop
