// Package early takes what a client sends behind its request for a WebSocket before it has the answer. It knows HTTP, and
// no hub; the WebSocket library alone would close such a connection without a byte.
//
//   - early.go: ResponseWriter, whose connection begins with what was sent early.
//
// It starts no goroutine.
package early
