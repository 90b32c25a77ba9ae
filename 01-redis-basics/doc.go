// Package basics is chapter 01 of the workbook: one Redis server, how to
// start it, and what it can do.
//
// It has two halves. The launcher (server.go, embedded.go, process.go,
// child.go, backend.go) starts a server inside this process or beside it;
// later chapters build their topologies on it. The tour (tour.go and one file
// for each section: strings.go, counters.go …) uses such a server and shows
// each command and reply as they went over the wire (tap.go, resp.go,
// transcript.go).
//
// Beside them stands what every later chapter needs of a client: package dial
// says who logs in, what is tried only once, and what an error is a sign of.
//
// Goroutines: an Embedded has one that accepts connections, a Process one
// that waits for its end; Close ends both. On Linux one more, locked to its
// thread, starts all children and stays until the program ends. The tour
// starts goroutines in the sections atomicity and watch, and waits for them
// there.
package basics
