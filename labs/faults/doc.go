// Package faults breaks a chat system, one thing at a time, while messages flow,
// and accounts for each of them: what each client got, what it did not get, and
// what the system itself says was lost.
//
// A Row is one fault and what must hold under it. Put starts a system (a master,
// two replicas, two nodes, each a process of its own), lets a crowd talk, breaks
// it, waits until it is well again, and fills a Result. For does the same again
// and again, at random, on one system: a soak.
//
// # What is counted
//
// Senders number their messages, apart from the system's own numbers, and note
// what they were told: accepted, not sent, or not known. Receivers note each
// message and its place. All are in one room, so a node that has not seen a
// message is as many clients that have not got it: what a node counts can be held
// against what its clients miss, to the message.
//
// # The goroutines
//
// Each client has one, which connects, reads, and connects again; each sender one
// that sends by the clock; the emitter one. For each node one asks /readyz, and
// for each replica one asks for its link, 100 times a second. All end with the run.
package faults
