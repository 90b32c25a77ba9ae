// Package dial is what a client of a Redis server needs to know: whether an address
// can be one, how to log in, what to do only once, and what an error means. Read it in
// this order:
//
//   - addr.go: a bad address is a mistake of the user, found before anybody dials.
//   - login.go: name, password and TLS, read from the environment or from flags.
//   - once.go: a client that sends nothing twice and never hangs.
//   - dialer.go: each address of a name is tried; lastword.go: what a server says
//     before it ends a connection.
//   - trouble.go: why a command got no reply to work with, as one of a few kinds.
//   - explain.go: the same as a sentence for people, with what to do about it.
//   - reason.go: the same for comparing, so that an outage is told once.
//
// A program makes its client of Login.Options (or of Once), and hands each error
// to Diagnose where it has to decide, and to Explain where it has to tell:
//
//	client := redis.NewClient(login.Options(addr))
//	if err := client.Ping(ctx).Err(); err != nil {
//		return fmt.Errorf("ask %s: %w", addr, dial.Explain(ctx, client.Options(), err))
//	}
//
// Nothing here starts a server: a program that only talks to one links none.
//
// Goroutines: none outlives a call. Dialing starts one for each address. All but
// dialing and Explain return at once. Explain may
// ask the server whether it speaks TLS, and blocks until it has an answer: for a
// second, or as long as the client's dial may take if that is longer.
package dial
