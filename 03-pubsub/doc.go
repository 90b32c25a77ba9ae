// Package pubsub is chapter 03 of the workbook: a subscription that can be relied on as far as Pub/Sub can
// be relied on, and that says when it cannot.
//
// Redis keeps no message: whoever is not subscribed at that moment misses it. A subscriber must therefore
// know when its subscription began, when it was away, and whether it still gets anything at all. Subscriber
// tells it that, by Events among the messages.
//
// Read it in this order:
//
//   - event.go: what a Subscriber tells. options.go: what can be set. probe.go: the usual probe.
//   - subscriber.go: Subscribe, Receive, and the reading goroutine. queue.go: where events wait for the reader.
//   - connection.go: one subscription on one network connection; replies.go reads it. passover.go passes over what nobody needs.
//   - link.go: which connection is the subscription now, and what becomes of what a connection brings.
//   - watch.go: probes, and whether they come back. silence.go: what is done when they do not. standby.go: the
//     second connection. move.go: the subscription goes on at another server. channels.go: more channels, and fewer.
//   - publish.go and line.go are for this chapter's two programs.
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
// While a subscription is silent, or on its way to another server, there is a third: it opens the second connection and reads
// it. When that has taken over, this goroutine is the reading one, and the first waits for its end.
//
// The caller's goroutine waits in Receive and takes all that is in the queue at once.
//
// # Silence
//
// A subscription that gets nothing looks like one to which nothing is sent. Three probe intervals without a
// probe coming back are told as Silent. From then on the subscription is in one of these states:
//
//   - Asked: the server is asked for a sign of life on the very connection, by a PING. Any reply is one, an
//     error, too: a replica that has only lost its master answers. It will resynchronize and deliver late what
//     was missed, and a new connection could not get that sooner.
//   - Doubted: the PING has stayed unanswered for three intervals, or the server answers and has brought nothing
//     for twelve. A standby is opened: a second connection, whose messages are held back. The first one is
//     kept, as it may still bring everything. One without an answer is told by a second Silent.
//   - Compared: the standby has brought a probe. The first one is asked once more, by another PING. It may
//     answer as long as the silence has lasted, at least three intervals and at most five seconds.
//
// A message on the first connection ends all of them: it lives, and the standby is dismissed. Its end, or
// silence in the last state, makes the standby the subscription. Nothing is handed over twice, as the standby subscribed
// after the last message that the first one had brought.
package pubsub
