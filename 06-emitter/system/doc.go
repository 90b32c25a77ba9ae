// Package system runs the whole chat of the path: one Redis master, its
// replicas, chat nodes that are processes of their own, an emitter, and a live
// map. It starts them, proves them by messages, shows what happens to them,
// and ends them.
//
//	client ⇄ node-1 ── PUBLISH ──▶ master ──▶ replica-1 ──▶ node-1 ⇄ client
//	client ⇄ node-2 ── PUBLISH ──▶ master ──▶ replica-2 ──▶ node-2 ⇄ client
//	                   emitter ──▶ master
//
// With Options.Sentinels, Sentinels watch the servers and make another one the master when the
// master is gone. Then nothing here holds that the first server is the master: followMaster
// knows which one is.
//
// Read it in this order:
//
//   - options.go, system.go: what to start, and Start, step by step.
//   - backend.go, ports.go, servers.go: where Redis comes from, on which ports, and how
//     it is started.
//   - nodes.go, nodemain.go: the nodes are started, and what runs in each of them.
//   - prove.go: messages prove the system before it says that it is ready.
//   - state.go: the state of everything, and the facts by which it is judged.
//   - observer.go, path.go: a subscriber at each server sees messages pass, and notices
//     that a server is gone; a message is followed from server to server.
//   - nodelog.go, poll.go, steps.go: the lines that a node logs, the numbers that it is
//     asked for, and the steps of each message while a map is open.
//   - actions.go, byhand.go: what can be done to a server or a node, and the command
//     line that does the same.
//   - master.go: which server is the master; with Sentinels, all that publishes here goes to
//     another one.
//   - sentinels.go, vote.go: the Sentinels are started and followed, and what can be done to
//     them.
//   - run.go, table.go: the terminal: commands, and what runs where.
//   - stop.go: the end, in order.
//
// Four packages stand below it and know nothing of it: status (the words for the
// states), child (a program as a child process), voters (what each Sentinel says), and livemap
// (what the terminal and the map show).
//
// # The goroutines
//
//   - For each Redis server an observer, which subscribes to what the nodes
//     subscribe to. It sees messages pass (under load it follows only as many as
//     lines are shown, and counts the others), and notices by chapter 03's
//     probes that a server is gone, frozen, or without its master.
//   - For each node one that reads its log, which is where the system learns of
//     clients and of outages, and waits for its end: package child's.
//   - One that polls offsets and metrics twice a second.
//   - With Sentinels: one for each of them, one that follows where the master is, and
//     those of package places.
//   - One that prints: package livemap's. It alone may be blocked by the terminal.
//   - With a map: one that passes the state on when it has changed, and those of
//     the HTTP server: livemap's, too.
//   - With Options.In: one that reads commands, and ends with the program.
//
// Stop ends all but the last: first the nodes, then the goroutines that watch, then
// Redis.
package system
