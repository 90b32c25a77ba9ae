// Package faults breaks a chat system, one thing at a time, while messages flow, and
// accounts for each message: which clients got it, which did not, and how many the
// system itself says were lost.
//
// A Row is one fault and the promises that must hold under it. Put starts a system (a
// master, two replicas, two nodes, each a process of its own), lets a crowd talk, makes
// the fault, waits until the system has recovered, and fills a Result. For does this
// again and again, with random faults, on one system: a soak.
//
// # What is counted
//
// Senders number their messages, apart from the system's own numbers, and note each
// answer: accepted, not sent, or not known. Receivers note each message and its place.
// All clients are in one room, so a message that a node has not seen is missing at each
// of its clients: the node's count must equal the number of messages that each of its
// clients misses.
//
// # The goroutines
//
// Each client has one, which connects, reads, and connects again. Each sender and the
// emitter have one that sends by the clock. For each node one asks /readyz, and for
// each replica one asks for its link, 100 times a second. All end with the run.
package faults
