// Package basics is chapter 01 of the workbook: what one Redis server can do. It
// is a tour, which sends commands to a server and shows each command and reply as
// they went over the wire. Read it in this order:
//
//   - resp.go: the protocol, five kinds of values, and how redis-cli prints them.
//   - tap.go: it keeps the bytes that go over a connection, and counts round trips.
//   - transcript.go: a hook of the client that prints what the tap has seen.
//   - connect.go: the client of the tour, and the proof that its server lets it work.
//   - tour.go: starts a server or uses one that runs, and runs the sections.
//   - section.go: the sections in the order of the lesson, each in the file that it
//     names: strings.go, counters.go … persistence.go. memory.go is the end of the
//     section keyvalue.
//
// The packages below it do not know the tour; later chapters use them too. Package
// launch starts servers. Package dial logs in, tries only once, and explains errors.
// Package cmdline reads flags, and package redistest gives a test its server.
//
// # Goroutines
//
// The tour starts some in the sections atomicity and watch, and waits for them
// there: each blocks on the answers to its commands. The server's are in the doc of
// package launch; Tour.Close ends them.
package basics
