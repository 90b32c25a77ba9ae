// Package node is the program of one node of the distributed chat: what it reads
// from flags and the environment, and what it runs. cmd/node calls it, and so
// does every program that starts nodes as processes of its own. Read it in this
// order:
//
//   - config.go: the flags of chapter 04's node and those for Redis; each is an environment variable, too.
//   - node.go: Run listens, joins the cluster through a relay, and serves until its context ends.
//   - profile.go: profiles, on an address of their own.
//   - memory.go: how often garbage is collected, by the number of connections.
//
// # The goroutines
//
// Run starts three and waits for them: the relay with its own (see package relay),
// the server with one for each connection (see chapter 04), and one that looks
// twice a second at the number of connections. When the context ends the server
// goes first and lets its clients go; the relay goes on meanwhile, so that they
// still get what comes back, and ends last.
package node
