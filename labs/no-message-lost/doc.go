// Package streams is chapter 05's relay on a Redis stream: what was said is kept for a while, and a
// client that comes back, to any node, gets what it missed, once, in order, before what is new.
//
//	client ⇄ node A ── XADD ──▶ master ──▶ replica A ── XREAD ──▶ node A ⇄ client
//	client ⇄ node B ── XADD ──▶ master ──▶ replica B ── XREAD ──▶ node B ⇄ client
//
// All of chapter 05 is there: numbers, probes, presence, who is acknowledged and when. Only the way
// through Redis is another, its relay.Carrier. Read it in this order:
//
//   - relay.go: the Relay, which is chapter 05's with the carrier of this lab.
//   - place.go: where somebody is in the stream.
//   - carrier.go: one XADD, and what its entry is to chapter 05. Package entry has the bytes.
//   - reader.go: the goroutine that reads from where it was, whatever happens to its connection; merge.go: what nodes tell
//     each other stands in a second stream, and the two are one order. inbox.go is between it and the goroutine that delivers.
//   - recent.go: what was read last is read again by each new connection, as the server may be another one.
//   - watch.go: probes, and what is done when they do not come back. It is not much: to read on from a place loses nothing.
//   - history.go: what a client has missed, and the last messages of a room. progress.go says how far this node has delivered, and archive.go where they are read.
//
// What the hub does for a client that comes back is in chapter 04, keeper.go; what the client says is in its
// package client, last.go.
//
// # One message that is missed
//
// Bob's connection ends, and Alice says something. Her node adds it to the stream (carrier.Message), and all nodes read and deliver it, as in
// chapter 05; ToEvent puts the entry's id and number into Event.Place, and so each client gets its place in the frame.
//
// Bob comes back, to another node: /ws?after=1764424989123-0.4711. Hub.admit gives him no seat yet, and Conn.catchUp (chapter 04) runs for
// him. Relay.Since waits until this node has delivered what Bob has (progress.await), and reads what follows, up to there and
// no further (Relay.entries): what the node has read and not delivered would come a second time. Part by part goes to Bob's socket,
// as fast as he reads. At the end of that he gets his seat, under the hub's lock, at a known place; what is delivered from then on waits in his
// queue. What lies between the last part and that place is the last part. Then "$caught-up" says how many messages that were.
//
// # The goroutines
//
//   - The reading goroutine (reader.run) waits in XREAD for a second at most, and then asks again. It waits until the delivering goroutine
//     has taken what it has read: what waits longer, waits in Redis.
//   - The watching goroutine (watch.run) has probes published, each in a goroutine of its own, one at a time.
//   - Chapter 05's: publishing, delivering, presence and the rest. Each client that catches up has one, which becomes its reader.
//
// All of them end with the context of Run, or with their client.
package streams
