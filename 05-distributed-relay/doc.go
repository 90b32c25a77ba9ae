// Package relay joins chat nodes through Redis: each publishes at the one
// master what its clients send, and delivers what its own replica brings back.
//
//	client ⇄ node A ── PUBLISH ──▶ master ──▶ replica A ──▶ node A ⇄ client
//	client ⇄ node B ── PUBLISH ──▶ master ──▶ replica B ──▶ node B ⇄ client
//
// Nothing is delivered to anybody, the sender's own node included, but what
// came back: the master's replication stream is one order, and so every client
// everywhere sees one order.
//
// # The goroutines
//
//   - Publish runs on the goroutine of the client that sends. It packs the data
//     and appends to a queue; it never blocks.
//   - The publishing goroutine takes all that is queued, numbers it, and sends
//     it as one pipeline on one connection: two connections could swap two
//     messages. It may block on the master, for PublishTimeout at most.
//   - The delivering goroutine takes all that the subscription (chapter 03)
//     holds ready, decodes it, and hands it to the hub. It never waits for the
//     master, nor for a client; only a backlog is handed out no faster than
//     clients can be written to.
//   - The subscription has two goroutines of its own: one reads, one watches
//     whether the probes come back.
//   - The presence goroutine tells the other nodes, ten times a second when
//     something changed, who came and went.
//
// All of them end with the context of Run.
//
// # What is promised
//
// At most once, in one order, and counted: each publisher numbers its messages,
// each probe repeats the last number, and a node counts what it has not seen.
// What cannot be counted: the tail of a publisher that died, and what npm's
// servers and emitters publish, who number nothing.
package relay
