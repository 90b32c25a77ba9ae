// Package sharded is the other engine under the lanes: the sharded Pub/Sub of a Redis Cluster (Redis 7). Each lane has a slot of its own, by the tag
// in its channel's name, and a slot is at one of the cluster's masters and its replicas.
//
//	client ⇄ node A ── SPUBLISH {247}chat:lane ──▶ master of slot 9248 ──cluster bus──▶ replica ── SSUBSCRIBE {247}chat:lane ──▶ node B ⇄ client
//
// Read it in this order:
//
//   - shards.go: which lanes are at which master. go-redis knows the slots; they are read once, when a node starts.
//   - carrier.go: SPUBLISH and SSUBSCRIBE at one of the masters. All else is the lanes': numbers, probes, joins.
//   - relay.go: a relay of chapter 05 for each master, and one hub.
//
// So what is lost is counted here as it is there, and it is lost more often: promises_test.go shows what the bus does not promise.
//
// # What it does not do
//
// A slot that moves, and a master that dies and is replaced: the node says that it cannot publish or hear there, and why, until it is started again.
// Receipts: WAIT says nothing about the bus.
//
// # The goroutines
//
// There are none but those of the relays and of joins.
package sharded
