// Package frame is what a node and its clients say to each other over a WebSocket,
// and nothing about who says it: it knows no hub, no socket and no WebSocket library.
// So a program that only needs a name checked, or a limit, may import it. Read it in
// this order:
//
//   - frame.go: Frame, the one JSON object of a text frame, and the data of the frames
//     that a node says itself: Welcome, Presence, Problem.
//   - events.go: which events have a meaning, and whose they are.
//   - names.go: what a user and a room may be called, and the ids of connections.
//   - port.go: which port the URL of a node may have.
//   - parse.go: a client's text becomes a Frame, or a Problem that says what is wrong.
//     The limits are here: MaxEvent, MaxDepth.
//   - fast.go: the same for the frames that clients in practice send, two to eight times as
//     fast. It is asked first. What it does not take is left to parse.go.
//   - encode.go: the other way, for what a node says itself.
//   - wire.go: the bytes around a text, as RFC 6455 has them.
//   - close.go: why a node closes a connection: a number and a sentence. kick.go: the one that says when to come back.
//
// Two words are near each other: a Frame is the JSON object, a WebSocket frame is what
// carries it. Parse and Encode are about the first, Append about the second, and
// Encode's result is both.
//
// Nothing here starts a goroutine, blocks, or keeps what it was given.
package frame
