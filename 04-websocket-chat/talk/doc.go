// Package talk is the line client: each line that is typed is sent, what arrives is
// printed. It stands above package client, as any other program would, and is what
// cmd/talk calls after it has read its flags. Read it in this order:
//
//   - talk.go: Run, and the one loop that lines, messages and time come together in.
//     One line is under way at a time.
//   - nodes.go: which node is dialled when, and when it is given up.
//   - readable.go: a message as a line for a person, or as it came.
//
// # The goroutines
//
// Everything happens in the goroutine of whoever calls Run, which blocks on nothing but
// its select and a write to the node or to Out. One more reads In; it may outlive Run,
// because a Read from a terminal cannot be interrupted. Each connection has the reader
// of its client.
package talk
