// Package replication is chapter 02 of the workbook: one master and its replicas.
//
// Start gives a Topology: embedded in this process (package embedded), of redis-server processes, or of servers that are
// running. The first two can be broken and mended by the same methods, and pass the same tests. Every start, and every link
// that comes back, is proven by a message and WAIT (AwaitReplicas), because what INFO says of a link can be a second early.
//
// ReadRole tells a master from a replica, which a program asks before it publishes: a replica accepts PUBLISH and keeps it to itself.
// Check looks whether servers are one master and its replicas, and proves it by a write.
//
// # Goroutines
//
// Of processes, one goroutine for each waits for its end (see launch.StartProcess); it ends with the process, so with Kill or
// Close. Check asks each server in a goroutine of its own, and returns when all have answered or their time is over. The
// embedded servers' goroutines are in the doc of their package. Nothing here runs on after Close.
package replication
