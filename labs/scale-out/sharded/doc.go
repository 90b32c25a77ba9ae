// Package sharded is the other engine under the lanes: the sharded Pub/Sub of a Redis Cluster (Redis 7). Each lane has a slot of its own, by the tag
// in its channel's name, and a slot is at one of the cluster's masters and its replicas.
//
//	client ⇄ node A ── SPUBLISH {247}chat:lane ──▶ master of slot 9248 ──cluster bus──▶ replica ── SSUBSCRIBE {247}chat:lane ──▶ node B ⇄ client
//
// Read it in this order:
//
//   - shards.go: which lanes are at which master. A server of the cluster says it, once, when a node starts.
//   - carrier.go: SPUBLISH and SSUBSCRIBE at one of the masters. All else is the lanes': numbers, probes, joins.
//   - relay.go: a relay of chapter 05 for each master, and one hub for all, as with several sets (several.go of the lab).
//
// So what is lost is counted here as it is there, and it is lost more often: promises_test.go shows what the bus does not promise.
//
// # What it does not do
//
// It does not go after a slot that moves, or to a master that takes the place of a dead one. A node that hears a lane of that slot, or is asked to, says
// that it cannot publish or hear at that shard, and why. It tries again with all that it is to hear there, and the one lane that is refused refuses them
// all: no message of that shard comes to the node until nobody there wants that lane any more, or until it is started again. A node that has nothing to
// do with the lane notices nothing.
//
// Receipts: WAIT says nothing about the bus.
//
// # The goroutines
//
// There are none but those of the relays and of joins.
package sharded
