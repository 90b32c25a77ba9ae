// Package node is a hub as a program: the flags and variables that it reads, and the
// HTTP server around it. It stands above package chat, and knows no Redis: cmd/chat
// runs it as it is, and the node of chapter 05 puts a relay beside it. Read it in this
// order:
//
//   - config.go: Config, from flags and the environment, each mistake as one sentence;
//     and Listen, which opens the port.
//   - loopback.go: a port that programs of this machine reach, by both of its addresses.
//   - hosts.go: the names under which a node answers, and why it refuses others.
//   - files.go: how many clients there may be with the file descriptors that there are.
//     gate.go: the listener that counts all sockets, and lets one make room when none is left.
//   - tls.go: HTTPS without a proxy, and why no HTTP/2.
//   - admin.go: an address for operators. socket_unix.go: how a socket in the file system is nobody else's, at no moment.
//   - client.go: the address that a request comes from, behind proxies that are trusted.
//   - tokens.go: the keys of the tokens that let clients in, if they need one.
//   - sparse.go: the log, which a flood of one kind of line does not fill.
//   - server.go: Server, with the limits of HTTP that keep a slow or silent request from
//     holding anything, and with Run, which lets the clients leave before it ends.
//
// # The goroutines
//
// Run blocks until its context ends. Beside it one goroutine accepts connections (on
// loopback one more for each of its two addresses), and net/http starts one for each: it ends with the request, or hands a WebSocket over to
// the hub and returns. At the end Run waits for the hub's clients to leave, and then,
// briefly, for requests that are being answered; no longer than Grace for both. Before
// that it may stay for Delay, so that a load balancer notices.
package node
