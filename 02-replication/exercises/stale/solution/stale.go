// Package stale finds the replicas that show the past.
package stale

import (
	"errors"
	//exercise:stub
	//exercise:solution
	"fmt"
	"slices"
	//exercise:end

	replication "example.com/redis-chat/02-replication"
)

// ErrNotComparable is for two answers that say nothing about replicas.
var ErrNotComparable = errors.New("these are not two answers of the same master, the earlier one first")

// Stale takes two answers to ROLE of the same master, the first some seconds before the second. It names the replicas, sorted, that
// do not have after those seconds what the master had before them, and those that have left its list. For answers that cannot be
// compared it returns ErrNotComparable.
func Stale(before, after replication.Role) ([]string, error) {
	//exercise:stub
	// return nil, nil
	//exercise:solution
	if before.Name != replication.Master || after.Name != replication.Master || after.Offset < before.Offset {
		return nil, fmt.Errorf("%w: %s at %d, and %s at %d", ErrNotComparable, before.Name, before.Offset, after.Name, after.Offset)
	}
	// Each replica has had time for what the master had before, and for no more: the newest bytes are always on their way.
	// That holds also for one that is new, and for a quiet master, at which nobody has anything to do.
	var stale []string
	there := map[string]bool{}
	for _, r := range after.Replicas {
		there[r.Addr] = true
		if r.Offset < before.Offset {
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
	//exercise:end
}
