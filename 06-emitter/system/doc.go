// Package system runs the whole chat of the path: one Redis master, its
// replicas, chat nodes that are processes of their own, an emitter, and a live
// map. It starts them, proves them by messages, shows what happens to them,
// and ends them.
//
//	client ⇄ node-1 ── PUBLISH ──▶ master ──▶ replica-1 ──▶ node-1 ⇄ client
//	client ⇄ node-2 ── PUBLISH ──▶ master ──▶ replica-2 ──▶ node-2 ⇄ client
//	                   emitter ──▶ master
//
// # The goroutines
//
//   - For each Redis server an observer, which subscribes to what the nodes
//     subscribe to. It sees messages pass (under load it follows only as many as
//     lines are shown, and counts the others), and notices by chapter 03's
//     probes that a server is gone, frozen, or without its master.
//   - For each node one that reads its log, which is where the system learns of
//     clients and of outages, and waits for its end.
//   - One that polls offsets and metrics twice a second.
//   - One that prints. It alone may be blocked by the terminal.
//   - With a map: one that passes the state on when it has changed, and those of
//     the HTTP server.
//
// Stop ends them all: first the nodes, then those who watch, then Redis.
package system
