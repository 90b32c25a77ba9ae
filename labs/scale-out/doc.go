// Package scaleout is chapter 05's relay on lanes: a node hears the messages of the rooms that its own clients are in, and
// hardly any others. And it still counts exactly what it missed of those.
//
//	client ⇄ node A ── PUBLISH chat:lane:247 ──▶ master ──▶ replica B ── SUBSCRIBE chat:lane:247 ──▶ node B ⇄ client in lobby
//	                                                  └──▶ replica C ── SUBSCRIBE chat:lane:86 ──▶ node C ⇄ client in go
//
// Read it in this order:
//
//   - Package lane: on which of 256 lanes a room's messages travel.
//   - carrier.go: a message's channel and its number on the lane; what a probe tells; the series that chapter 05 counts.
//   - joins.go: which lanes are heard: those of the rooms that somebody here is in, and for a second longer.
//   - relay.go: chapter 05's relay with these two.
//   - several.go: several relays, one for each part of the system, that serve one hub.
//   - sets.go: a relay for each of several sets of servers; guard.go: what it publishes, and where.
//   - hearing.go: at which set a lane is heard; holding.go: what comes by the new set too early; reading.go: what was said while a node was away.
//   - metrics.go: which of the parts deliver.
//   - Package emitting: what is published by somebody who is no node.
//
// The hub says when a client enters a room, and waits (chapter 04, chooser.go); the subscription takes on one more channel, and
// says at which place it begins (chapter 03, channels.go). Who counts is chapter 05, sequences.go, as before: to it each lane
// of a publisher is a publisher.
//
// # The goroutines
//
// There are none of its own but those of timers, when a lane is left; with several sets, also one for each that asks what has moved, and one that
// subscribes to each lane that is about to. Enter waits on the goroutine of the client.
package scaleout
