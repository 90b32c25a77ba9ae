// Package shares measures who carries what: nodes that hear everything, nodes on lanes, and nodes on lanes of two sets, and of two shards of a Redis Cluster, each as one node with an
// eighth of the rooms, and as eight with all of them. It is what cmd/shares runs.
//
//   - shares.go: the rows, one after the other, and their table.
//   - system.go: servers and nodes as processes, and what they say of themselves.
//   - sent.go: what the Redis servers have sent.
//   - crowd.go: the clients.
//
// Figures are of whole processes: what the operating system has counted for a node, and what a Redis server has sent. Each row has a system of its
// own, and all rows come from one run, so that they can be compared.
package shares
