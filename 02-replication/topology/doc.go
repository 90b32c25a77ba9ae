// Package topology starts a master with its replicas, breaks them, and mends them. Read it in this order:
//
//   - topology.go: Start gives a Topology: inside this process (package embedded), of redis-server processes, or of servers that
//     are running. The first two can be broken and mended by the same methods, and pass the same tests.
//   - processes.go: the redis-server processes, with the settings that make replicas ready in 40 ms instead of five seconds.
//   - cut.go: how a replica loses its link, and nothing else.
//   - running.go: servers that others run are looked at, and not changed.
//   - labelled.go: the servers' logs, each line with its server in front.
//
// Every start, and every link that comes back, is proven by a message (replication.AwaitReplicas).
//
// # Goroutines
//
// Start starts all replicas at once, a goroutine for each, and waits for them. Of processes, one goroutine for each waits for its
// end (see launch.StartProcess); it ends with the process, so with Kill or Close. The embedded servers' goroutines are in the doc
// of their package. Restart and Mend block their caller until the link is proven, the replica is killed, or 15 seconds have
// passed; meanwhile all other methods can be called. Nothing runs on after Close.
package topology
