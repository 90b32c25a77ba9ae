// Package loadtest measures what chat systems carry: ours, and its peers on the
// same machine, under the same load, one after the other.
//
// # The load is open
//
// A schedule says when each message is to be sent. It is fixed before the first
// one leaves, and a message's latency counts from its scheduled time: so a
// server that stands still for 200 ms is shown with all the messages that came
// late by it, not with the one that was being waited for.
//
// # The goroutines
//
//   - engine.run: reads for all clients, or for its share of them, and hands what
//     has come to their client.feed, which counts. It blocks on epoll alone.
//     Elsewhere than on Linux each client has a reader of its own.
//   - the pacers (crowd.send): sleep until a message is due, and write it. A
//     server that takes nothing blocks its pacer; what is sent late by that is
//     late in the result.
//   - meter.measure: the caller's goroutine. It reads the processes' CPU and
//     memory at the begin and at the end, and the latencies each second.
//
// Servers are processes of their own, the real programs, so that their CPU and
// memory are theirs. They end with the lab.
package loadtest
