// Package relay joins chat nodes through Redis. Each node publishes the messages
// of its clients at the one Redis master, and delivers what it reads from its own
// replica.
//
//	client ⇄ node A ── PUBLISH ──▶ master ──▶ replica A ──▶ node A ⇄ client
//	client ⇄ node B ── PUBLISH ──▶ master ──▶ replica B ──▶ node B ⇄ client
//
// A node delivers only what came back through Redis, also to its own clients: the
// master's replication stream is one order, and so every client everywhere sees
// one order.
//
// Read it in this order:
//
//   - relay.go: the Relay, which chapter 04's hub publishes through, and Run, which starts its goroutines. options.go: what can be set.
//   - outbox.go: what waits for the master. fifo.go is the queue in it.
//   - publisher.go: the one goroutine that numbers messages and publishes them; link.go is its connection, which Redis' ROLE has shown to
//     lead to the master; command.go is one PUBLISH that costs no memory; pending.go remembers what has not come back yet; receipt.go judges
//     what the master's answer proves, and holds what it took while delivery was in doubt.
//   - place.go: where the servers are, where that can change, and how the node goes there (the lab on failover teaches it).
//   - deliver.go: the one goroutine that hands to the hub what the replica brings; event.go turns an envelope into the hub's event.
//   - foreign.go: the messages for rooms that nobody here is in, which are counted and not decoded.
//   - sequences.go: each publisher numbers its messages; a gap in the numbers of one of them is counted here as missed.
//   - proof.go: the node publishes a probe to itself; when it comes back, the way through Redis works. probes.go
//     knows which of them prove that. health.go: whether the node
//     is ready or in doubt, and how much was missed while it was in doubt.
//   - announce.go: what the other nodes are told of our clients. peers.go: the other nodes, and who is in their rooms.
//   - metrics.go and trace.go show all that; scrapes.go bounds what it costs to show.
//
// The bytes are in packages of their own: wire (what travels through Redis) and pack (JSON and MessagePack). The program, with
// its flags and profiles, is package node, which stands above this one.
//
// # One message, from a client of node A to a client of node B
//
// At node A, on the goroutine of the sender: the hub calls Relay.Publish (relay.go). toEnvelope (event.go) packs the data, and
// outbox.put appends it to what waits.
//
// On the publishing goroutine (publisher.go): publisher.run takes a batch from the outbox (nextBatch) and calls publisher.send.
// First publisher.connect sees to a connection that leads to the master. Then publisher.number gives each message the next
// number, and pending.push remembers it; publisher.pipeline sends the batch, and a ROLE behind it. When a master
// has answered (atMaster), publisher.settle has the hub tell each sender "$ack": the master has taken it. When delivery is in doubt (inDoubt) the
// message is held instead, until it comes back.
//
// Redis carries the message from the master to each replica, and the subscription (chapter 03) of each node reads it.
//
// On the delivering goroutine of node B (deliver.go): Relay.deliver receives a batch. Each message goes through Relay.handle and
// Relay.route to Relay.broadcast. There wire.DecodeEnvelope decodes it; Relay.noteNumber calls sequences.message
// (sequences.go), which counts the numbers that were skipped, and tells when a number came twice, so that the message is dropped; ToEvent (event.go)
// makes the hub's event of it. Relay.flush hands the events of a batch to Hub.Deliver, which writes to the clients. (When
// no message follows a gap, a probe shows it: Relay.applyProbe calls sequences.probe.)
//
// At node A the same happens, and there Relay.place and pending.pop find the sender, whom the hub tells "$placed": the message has its place
// in the one order.
//
// Two things that one may look for here are the hub's, in chapter 04. A client that reads too slowly is closed by its queue (queue.go).
// The sender is left out of those who receive its message: its hub has put its id into Event.Except; toEnvelope and ToEvent carry
// that through Redis, in opts.except, and the hub of every node leaves that client out.
//
// # The goroutines
//
//   - Publish runs on the goroutine of the client that sends. It packs the data
//     and appends to a queue; it never blocks.
//   - The publishing goroutine takes all that is queued, numbers it, and sends
//     it as one pipeline on one connection: on two connections, messages could
//     overtake one another. It may block on the master, for PublishTimeout at most, or for what its answers take where that
//     is longer. Goroutines of their own dial for it (link.go).
//   - The delivering goroutine takes all that the subscription (chapter 03)
//     holds ready, decodes it, and hands it to the hub. It does not wait for the
//     master, but for the moment until an answer is read where only that tells whether it was the master (place, in deliver.go). It does not wait for a client either, except that a backlog is
//     handed out no faster than clients can be written to (chapter 04, pace.go).
//   - The subscription has two goroutines of its own: one reads, and passes over what is for nobody here (foreign.go); one
//     watches whether the probes come back.
//   - Where the servers can change (place.go), one goroutine follows them, and one more looks, at each new server, whether it can be reached.
//   - One goroutine fails what is held too long (receipt.go), and one asks, after each new
//     connection, whether the subscription's server is a replica (relay.go).
//   - The presence goroutine tells the other nodes who came and went, at most ten
//     times a second, and now and then who is there, in parts.
//
// All of them end with the context of Run.
//
// # What is promised
//
// Each message is delivered at most once, in one order for all, and losses are
// counted: each publisher numbers its messages, each probe repeats the last
// number, and a node counts what it has not seen. Two things cannot be counted:
// the last messages of a publisher that died, and those of Socket.IO's own servers
// and emitters (the npm packages), which carry no numbers.
package relay
