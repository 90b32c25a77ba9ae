// Package failover shows, on real servers, what a failover by Sentinel is and where it bites.
//
// An Experiment starts a master with two replicas and three Sentinels, does one thing, and prints what it measures, with the
// time since it began. Read them in this order:
//
//   - experiment.go: what an experiment is, and how it notes what happens.
//   - two_masters.go: for seconds there are two masters, and both answer.
//   - followed.go: what a subscription of go-redis' FailoverClient misses.
//   - hasty.go: a Sentinel with too little patience replaces a master that was only slow.
//   - isolated.go: which settings stop a master that is alone, and which do not.
//   - mapped.go: replicas that tell an address at which no Sentinel reaches them. lone.go is the one Sentinel of this experiment and the
//     next two.
//   - inside.go: addresses that only Sentinels reach, and what a node says that is sent there. door.go is the way into their network,
//     and node.go the node.
//   - names.go: names in place of addresses.
//
// How our own nodes live through all this, the lab on faults measures (labs/faults, rows "with Sentinel").
//
// # The goroutines
//
// An experiment runs in its caller's. What must go on meanwhile, a flow of messages or a subscription, has a goroutine of its own
// that ends with the experiment. A door has one that accepts connections, and two for each of them.
package failover
