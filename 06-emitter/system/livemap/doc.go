// Package livemap shows what happens in a running system: in a terminal, line by line,
// and on a page in a browser, the live map, whose buttons break and mend. It knows no
// Redis and runs no node: the system above it tells it what is so and what happens, and
// obeys the buttons. Read it in this order:
//
//   - feed.go: a Feed carries what is told to the terminal and to every map that is
//     open, and waits for none of them.
//   - moments.go, hop.go, step.go: what it carries besides lines and the state: what has
//     become of a server or a node, a message that was seen at a server, and what
//     happened to a message in a node.
//   - livemap.go: the map's server, which nobody may use but a page that it has served
//     itself: Listen, Run, and the buttons.
//   - events.go: the stream that an open map reads, and the state that is passed on when
//     it has changed.
//
// The rest is words.go (what others wrote, made harmless and short) and browser.go (the
// map is opened where there is a display). What the page does with it is in the package
// page.
//
// # The goroutines
//
// A Feed has one, which prints; it alone may be blocked by the terminal, and Close ends
// it. A map that is too slow is let go, and its page connects again. Map.Run blocks
// until its context ends: it passes the state on, beside one goroutine for the HTTP
// server, whose handlers each read a channel of the Feed. HangUp ends these.
package livemap
