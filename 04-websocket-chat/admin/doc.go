// Package admin lets an operator see who is connected to a node, and ask somebody to leave. Read it in this order:
//
//   - admin.go: Handler, which serves GET /clients and POST /kick.
//   - door.go: who may call: programs, and where there is a token whoever has it. No page in a browser may.
//   - client.go: Client, which calls it from a Go program.
//
// Where it listens is package node's matter: never on the port that clients reach.
//
// It starts no goroutine. GET /clients takes as long as its caller takes to read; the hub waits for neither.
package admin
