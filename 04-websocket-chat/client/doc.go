// Package client is what a Go program uses to talk to a node: the line client does
// (package talk), tests do, and a system that proves itself ready. It knows the wire
// (package frame) and no hub. Read it in this order:
//
//   - client.go: Dial, and Client with its Receive and Send.
//   - url.go: every form of a node's address that a person may type.
//   - last.go, outbox.go: what a client keeps from one connection to the next, so that it misses nothing where the nodes keep
//     messages, and loses nothing that it has said.
//   - token.go: what can be a token.
//   - refused.go: a node that does not let somebody in says why, and when to come back.
//   - tls.go: why no TLS could be spoken with it.
//
// A client of one's own is short:
//
//	c, err := client.Dial(ctx, "http://127.0.0.1:3000", client.DialOptions{Name: "alice", Room: "go"})
//	…
//	defer c.Close()
//	err = c.Send(ctx, frame.Frame{Event: frame.EventMessage, Data: []byte(`"hi"`)})
//	m, err := c.Receive(ctx)
//
// # The goroutines
//
// A Client has one of its own, which reads: from Dial until the connection ends, by
// the node or by Close. It blocks on the socket, and on whoever is to receive: it holds
// one message at a time, so a program that does not receive is a slow client to its
// node. Send writes on the caller's goroutine, one at a time; it blocks while the
// socket is full, until its context ends.
package client
