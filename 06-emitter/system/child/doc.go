// Package child runs a program as a child of this one: a chat node of the system,
// which is to be killed, frozen and started again while everything else goes on. Read
// it in this order:
//
//   - process.go: a Process is started, again and again, and is told lines on its
//     standard input.
//   - follow.go: its log is read to the end, and its end is noticed.
//   - end.go: it is asked to end, killed, frozen, and let go on.
//
// The rest is what the operating system has to do with it: process_unix.go and
// process_other.go (Ctrl-C goes to the parent alone, which ends its children in
// order), parent.go (a program that "go run" has started ends with it), started_linux.go
// and started_other.go (when this process began). On Linux a child also dies with its
// parent, however that ends: see chapter 01's StartChild.
//
// # The goroutines
//
// Each run of a Process has one, from Start until the process has ended: it reads the
// log, calls Options.Log for each line, waits for the process, and calls Options.Died
// when nobody here asked for the end. A child blocks when its log is not read, so Log
// must not block. Kill, Stop and Close wait for that goroutine, but not for Died.
// WithParent starts one that ends with its context.
package child
