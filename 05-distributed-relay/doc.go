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
// Read it in this order:
//
//   - relay.go: the Relay, which chapter 04's hub publishes through, and Run, which starts its goroutines. options.go: what can be set.
//   - outbox.go: what waits for the master. fifo.go is the queue in it.
//   - publisher.go: the one goroutine that numbers messages and publishes them; link.go is its connection, proven by ROLE;
//     command.go is one PUBLISH that costs no memory; pending.go remembers what has not come back yet.
//   - deliver.go: the one goroutine that hands to the hub what the replica brings; event.go turns an envelope into the hub's event.
//   - sequences.go: gaps in the numbers of every publisher are what was missed. oversize.go counts what no client could take.
//   - proof.go: a probe of the node's own that comes back proves delivery. health.go: ready or in doubt, and what was missed meanwhile.
//   - peers.go: the other nodes, and who is in their rooms.
//   - metrics.go and trace.go show all that.
//
// The bytes are in packages of their own: wire (what travels through Redis) and pack (JSON and MessagePack). The program, with
// its flags and profiles, is package node, which stands above this one.
//
// # One message, from a client of node A to a client of node B
//
// At node A the hub calls Relay.Publish, on the goroutine of the sender. toEnvelope packs the data, and outbox.put appends it to
// what waits. publisher.run takes what waits with outbox.nextBatch and calls publisher.send: connect sees to a connection that ROLE has proven,
// pipeline sends the batch, in which number gave each message the next number and pending.push remembered it; settle tells each sender "$ack".
//
// Redis carries it from the master to each replica, and the subscription (chapter 03) of each node reads it.
//
// At node B Relay.deliver receives it in a batch. handle, route and broadcast decode it: wire.DecodeEnvelope; noteNumber asks sequences.message
// whether a number was skipped, which is counted, or came twice, which is dropped; toEvent makes the hub's event of it, and flush hands all events of
// the batch to Hub.Deliver, which writes to the clients. At node A the same happens, and there pending.pop finds the sender,
// and the hub tells it "$placed". The sender itself is left out by its id: the hub has put it into Event.Except, toEnvelope
// writes that to opts.except, toEvent reads it back, and every hub leaves out whom it names.
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
// servers and emitters publish, as they number nothing.
package relay
