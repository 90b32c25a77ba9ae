// Package pubsub is chapter 03 of the workbook: a subscription that can be relied on as far as Pub/Sub can
// be relied on, and that says when it cannot.
//
// Redis keeps no message: whoever is not subscribed at that moment misses it. A subscriber must therefore
// know when its subscription began, when it was away, and whether it still gets anything at all. Subscriber
// tells it that, by Events among the messages.
//
// # The goroutines
//
// Subscribe starts two, and the end of its context ends them:
//
//   - The reading goroutine connects, waits for the confirmations, reads, and connects again after a
//     failure. It may block on the network only: what it reads goes into a queue that never makes it wait.
//   - The watcher (only with Options.Probe) has a probe published each ProbeInterval and looks whether it
//     comes back. It never reads and never waits for a probe: each probe runs in a goroutine of its own,
//     one at a time, which ends with its context, after three intervals at the latest.
//
// The caller's goroutine is the third: it waits in Receive and takes all that is in the queue at once.
//
// # Silence
//
// A subscription that gets nothing looks like one to which nothing is sent. Three probe intervals without a
// probe coming back are told as Silent. Then the server is asked for a sign of life on the very connection,
// by a PING. Three more intervals without any reply: it is frozen, and a new connection is the remedy. The
// connection to a server that answers is kept: it may be a replica that has only lost its master. That will
// resynchronize and deliver the missed messages late, and a new connection could not get them sooner.
package pubsub
