// Package stale looks whether a replica's offset has grown.
//
// The mistake: where nobody writes nothing grows, and each healthy replica is called stale; one far behind is not.
// The test says: want []: nobody wrote, and both have all
package stale

import (
	"errors"
	"fmt"
	"slices"

	replication "example.com/redis-chat/02-replication"
)

// ErrNotComparable is for two answers that say nothing about replicas.
var ErrNotComparable = errors.New("these are not two answers of the same master, the earlier one first")

// Stale takes two answers to ROLE of the same master, the first some seconds before the second. It names the replicas, sorted, that
// do not have after those seconds what the master had before them, and those that have left its list. For answers that cannot be
// compared it returns ErrNotComparable.
func Stale(before, after replication.Role) ([]string, error) {
	if before.Name != replication.Master || after.Name != replication.Master || after.Offset < before.Offset {
		return nil, fmt.Errorf("%w: %s at %d, and %s at %d", ErrNotComparable, before.Name, before.Offset, after.Name, after.Offset)
	}
	// Each replica has had time for what the master had before, and for no more: the newest bytes are always on their way.
	// That holds also for one that is new, and for a quiet master, at which nobody has anything to do.
	var stale []string
	there, was := map[string]bool{}, map[string]int64{}
	for _, r := range before.Replicas {
		was[r.Addr] = r.Offset
	}
	for _, r := range after.Replicas {
		there[r.Addr] = true
		if acknowledged, ok := was[r.Addr]; ok && r.Offset == acknowledged {
			stale = append(stale, r.Addr)
		}
	}
	for _, r := range before.Replicas {
		if !there[r.Addr] {
			stale = append(stale, r.Addr) // without a link it gets nothing more
		}
	}
	slices.Sort(stale)
	return stale, nil
}
