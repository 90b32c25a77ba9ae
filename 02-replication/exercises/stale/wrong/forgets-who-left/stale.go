// Package stale looks at the second list alone.
//
// The mistake: a replica whose link is gone is not in it, and is the most stale of all.
// The test says: b is in the master's list no more, so it gets nothing
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
	for _, r := range after.Replicas {
		if r.Offset < before.Offset {
			stale = append(stale, r.Addr)
		}
	}
	slices.Sort(stale)
	return stale, nil
}
