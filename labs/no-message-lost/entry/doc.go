// Package entry is the form in which a message stands in the stream: that of
// @socket.io/redis-streams-adapter 0.3, so that a Node.js server on that adapter can
// read what our nodes write, and the other way.
//
//	XADD socket.io MAXLEN ~ 10000 * uid Zk3n0p nsp / type 3 data {"packet":…,"opts":…}
//
// The data is JSON. When there are bytes in it, it is MessagePack as base64: JSON begins
// with a brace, and base64 never does. What is ours, the publisher's number and the sender's name, are further
// keys of opts, which Node.js ignores: see wire.Envelope.
package entry
