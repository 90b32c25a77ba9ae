// Package loadtest measures what chat systems carry: ours, and its peers on the
// same machine, under the same load, one after the other.
//
// # The load is open
//
// A schedule says when each message is to be sent. It is fixed before the first
// one leaves, and a message's latency counts from its scheduled time: so when a
// server stands still for 200 ms, the result shows all the messages that were
// late because of it, not only one.
//
// # The goroutines
//
//   - engine.run: reads for all clients, or for its share of them, and hands the
//     bytes to client.feed, which counts. It blocks on epoll alone. Elsewhere
//     than on Linux each client has a reader of its own.
//   - the pacers (crowd.send): sleep until a message is due, and write it. A
//     server that takes nothing blocks its pacer; messages that leave late
//     because of that are late in the result.
//   - meter.measure: the caller's goroutine. It reads the processes' CPU and
//     memory at the beginning and at the end, and the latencies each second.
//
// Servers are processes of their own, the real programs, so that their CPU and
// memory are theirs. They end with the lab.
package loadtest
