package places

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"example.com/redis-chat/02-replication/sentinel"
)

// wishes are what a node would like, among the servers that will do.
type wishes struct {
	node   string          // its name: it spreads the nodes over the replicas
	prefer []string        // host:port of servers, the best first
	avoid  map[string]bool // they bring nothing
}

// choose returns the server to subscribe at: a replica of the master that is linked to it. One that is preferred comes first, then
// the one that the node is at, as moving has a price, then the one that the node's name falls to.
//
// Where no replica is linked, a node stays while its server still follows that master: it will resync, and a
// promotion may be on its way. Else it goes to the master itself, until a replica is there.
func (w *wishes) choose(v sentinel.View, now string) string {
	var linked []string
	follows := false
	for _, r := range v.Replicas {
		if r.Linked && r.Master == v.Master && !w.avoid[r.Addr] {
			linked = append(linked, r.Addr)
		}
		follows = follows || r.Addr == now && r.Up && r.Master == v.Master
	}
	for _, addr := range w.prefer {
		if slices.Contains(linked, addr) {
			return addr
		}
	}
	switch {
	case slices.Contains(linked, now):
		return now
	case len(linked) > 0:
		return slices.MaxFunc(linked, func(a, b string) int { return cmp.Compare(w.weight(a), w.weight(b)) })
	case follows && !w.avoid[now]:
		return now
	}
	return v.Master
}

// weight is the same for a node and a server each time, and another one for another node: each server that comes or goes moves
// only the nodes that it concerns (https://en.wikipedia.org/wiki/Rendezvous_hashing).
func (w *wishes) weight(addr string) uint64 {
	sum := sha256.Sum256([]byte(w.node + " " + addr))
	return binary.BigEndian.Uint64(sum[:])
}
