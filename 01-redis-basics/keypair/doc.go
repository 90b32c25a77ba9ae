// Package keypair is the certificate of a program with its key, in two PEM files: a server's, or one by which a client
// shows who it is. Such files are replaced every few weeks, by a program that knows nothing of ours; so they
// are read anew when they change, and nothing is started again.
//
//   - keypair.go: Load reads them at the start, and says what is wrong with them; Server and Client are for crypto/tls.
//   - renew.go: whether they have changed, asked at a handshake.
//   - trust.go: why the other side's certificate does not hold.
//
// There is no goroutine, and nothing to close. A certificate is wanted only at a handshake, so that is when the files are
// looked at, once a second at most: that is two system calls. To be told by the operating system instead takes a file descriptor and a goroutine
// for each program, and does not work on every network file system.
package keypair
