// Package embedded runs a Redis master and its replicas inside this process, on miniredis, with nothing to install. It is also
// the shortest way to read how replication works; read it in this order:
//
//   - log.go: the replication stream is a log of changes, each with the offset behind it. Its end is kept: the backlog.
//   - execute.go: the master executes a change and logs it as one step, so that the log's order is the order of execution.
//   - link.go: a goroutine for each replica applies the log, some time later: the replica's state is a place in the log.
//   - resync.go: a replica whose place is no longer in the log gets a copy of all keys, and no message of the past.
//
// The rest lets it be spoken to: hook.go sees each command before miniredis does, commands.go says which are replicated and
// which are refused, answers.go knows INFO, ROLE and WAIT, transaction.go follows MULTI, clock.go lets keys expire at the same
// place of the log on every server, topology.go breaks and mends.
//
// # Goroutines
//
// miniredis runs two for each connection; a command's hook runs in one of them. A change waits there for the lock exec, WAIT for
// the replicas, and any command while its server is frozen: each blocks its own connection only, except that changes wait for
// one another. Each link of a replica is one goroutine, from Start, Restart or Mend until Kill, Cut or Close. It alone writes to
// the replica. When it blocks, nobody else does: a subscriber that does not read stops miniredis while it delivers, which
// freezes the replica that the subscriber is at, and neither the master nor the other replicas. (At the master itself such a
// subscriber does freeze everything: subscribe at replicas.)
//
// # What it is not
//
// It is no Redis: it is there for tests, lessons and trying out, all servers die with the process, nothing is saved, and there
// is no password, no eviction, no failover, no replica of a replica, and one database. It replicates the commands that the
// chapters use; every other write, scripts included, is refused with a sentence, and so are glob patterns that miniredis is not known to
// translate (launch.CheckPatterns): with some of them it answers nobody any more. A replica that is cut off stops its clock until
// it is linked again: its keys do not expire meanwhile (Redis hides them). Offsets count the same bytes as Redis', but Redis adds
// a PING every ten seconds and writes expiry times as absolute ones. WAIT waits for all that is logged, not only for the changes that its
// own connection wrote. The speed is miniredis': tens of thousands of messages a second, but each
// command on a key looks at every key, for one that has expired: 5,000 of them cost a millisecond. No measure of Redis.
package embedded
