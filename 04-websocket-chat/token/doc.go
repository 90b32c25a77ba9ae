// Package token lets in whoever brings a JSON Web Token (RFC 7519) that one of a node's keys has signed. It stands beside
// package node, which reads the keys, and above package chat, whose hub asks it (chat.Options.Admit); the hub itself knows no
// tokens but their text. Read it in this order:
//
//   - keys.go: Keys, as TOKEN_KEYS has them. A key is bound to its algorithm: a token cannot choose.
//   - admit.go: what a token must say, and the sentence for each that is not taken.
//   - issue.go: Issue, the other end: what your own server does after it has seen who somebody is.
//
// Nothing here starts a goroutine or keeps a token. Neither a token nor a key is in any error, and Keys print as their
// number.
package token
