// Package ban is a list of who is to stay away, and until when. It knows no hub and no connection.
//
//   - ban.go: List, with Add and Find.
//
// It starts no goroutine: a ban that is over is forgotten when the next one is added.
package ban
