// Package sentinel asks Redis' Sentinels where a master and its replicas are, and hears when that changes.
//
// A Sentinel is a redis-server that holds no data and watches others. Several of them, at best three on machines of their own,
// agree that a master is gone, choose one of its replicas, make it the master, and tell the others to follow it. Whoever
// publishes or subscribes asks them for addresses in place of knowing one.
//
// Read it in this order:
//
//   - view.go: what is known: the master, its replicas, whether a failover is on its way. merge makes one View of what several
//     Sentinels say, which may differ: the one with the highest epoch is right.
//   - ask.go: the three questions to one Sentinel, and how its answers are read; same.go: whether two words for a server, of which one
//     is a name, mean the same one.
//   - watch.go: a Watcher asks all of them again, whenever one of them tells of an event, and once a second.
//
// What a Sentinel says is where the master should be. Whether it is one, ROLE at that server tells: see replication.ReadRole.
//
// # The goroutines
//
// Watch starts one for each Sentinel, and they end with its context. Each may block on its own Sentinel, for a second at most.
package sentinel
