// Package livemap shows what happens in a running system: in a terminal, line by line,
// and on a page in a browser, the live map, whose buttons break and mend. It knows no
// Redis and runs no node: the system above it tells it the state and the events, and
// does what the buttons ask. Read it in this order:
//
//   - feed.go: a Feed carries lines and updates to the terminal and to every open map,
//     and waits for none of them.
//   - moments.go, hop.go, step.go: what a Feed carries besides lines and the state: a
//     change of a server or a node, a message that was seen at a server, and a step
//     of a message in a node.
//   - livemap.go: the map's server, which only a page that it has served itself may
//     use: Listen, Run, and the buttons.
//   - events.go: the stream that an open map reads, on which each change of the state
//     is sent.
//
// The rest is words.go (makes text from others harmless and short) and browser.go
// (opens the map where there is a display). The page itself is in the package page.
//
// # The goroutines
//
// A Feed has one, which prints; it alone may be blocked by the terminal, and Close ends
// it. A map that is too slow is disconnected, and its page connects again. Map.Run
// blocks until its context ends: it passes the state on, beside one goroutine for the
// HTTP server, whose handlers each read a channel of the Feed. HangUp ends these.
package livemap
