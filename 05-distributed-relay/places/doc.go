// Package places tells a node where to publish and where to subscribe, where Sentinels decide which server is the master.
//
// Read it in this order:
//
//   - choose.go: which of the servers a node subscribes at.
//   - sentinels.go: Sentinels follows what the Sentinels say, and makes a relay.Place of it.
//
// # The goroutines
//
// Run is one, which the caller starts; below it package sentinel has one for each Sentinel. They end with Run's context.
package places
