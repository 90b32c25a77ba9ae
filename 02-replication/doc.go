// Package replication is chapter 02 of the workbook: one master, its replicas, and the proof that they follow. Read it in this
// order:
//
//   - role.go: ReadRole tells a master from a replica, which a program asks before it publishes: a replica accepts PUBLISH and
//     keeps it to itself.
//   - prove.go: AwaitReplicas publishes a message and asks by WAIT how many have it, because INFO can call a link up a second early.
//   - check.go: Check looks whether servers are one master and its replicas, and proves it by a write. look.go asks one server,
//     info.go reads the one number that ROLE does not give.
//
// Nothing here starts a server. Package topology does, and breaks and mends what it has started; package embedded is a master
// with its replicas inside this process, and the shortest way to read how replication works.
//
// # Goroutines
//
// Check asks each server in a goroutine of its own, which blocks on that server's answer only, and returns when all have answered
// or their time is over. AwaitReplicas and AwaitReplica block their caller until the proof is there or the context ends. Nothing
// here runs on after its call.
package replication
