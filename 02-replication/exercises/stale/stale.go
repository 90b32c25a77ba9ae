// Package stale finds the replicas that show the past.
package stale

import (
	"errors"

	replication "example.com/redis-chat/02-replication"
)

// ErrNotComparable is for two answers that say nothing about replicas.
var ErrNotComparable = errors.New("these are not two answers of the same master, the earlier one first")

// Stale takes two answers to ROLE of the same master, the first some seconds before the second. It names the replicas, sorted, that
// do not have after those seconds what the master had before them, and those that have left its list. For answers that cannot be
// compared it returns ErrNotComparable.
func Stale(before, after replication.Role) ([]string, error) {
	return nil, nil
}
