package basics

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Section is one stop of the tour, in a file of its own.
type Section struct {
	Name  string
	Title string
	File  string
	run   func(context.Context, *Tour) error
}

// ErrNoSection is in the error of Find for a name that no section has.
var ErrNoSection = errors.New("no such section")

// Sections are all stops in the order of the lesson.
func Sections() []Section {
	return []Section{
		{"strings", "a value under a name, GETSET, expiry", "strings.go", tourStrings},
		{"counters", "unread messages, counted by the server", "counters.go", tourCounters},
		{"hashes", "a profile, field by field", "hashes.go", tourHashes},
		{"lists", "the last messages of a room", "lists.go", tourLists},
		{"sets", "who is in a room", "sets.go", tourSets},
		{"sortedsets", "the most active people", "sortedsets.go", tourSortedSets},
		{"keyvalue", "what a key-value store is, and is not", "keyvalue.go", tourKeyValue},
		{"atomicity", "updates lost, and none lost", "atomicity.go", tourAtomicity},
		{"pipelining", "many commands, one round trip", "pipelining.go", tourPipelining},
		{"transactions", "MULTI and EXEC, and no rollback", "transactions.go", tourTransactions},
		{"watch", "read, decide, write, with a retry", "watch.go", tourWatch},
		{"persistence", "what survives a stop and a kill -9", "persistence.go", tourPersistence},
	}
}

// Find is the sections of these names; none means all.
func Find(names ...string) ([]Section, error) {
	all := Sections()
	if len(names) == 0 {
		return all, nil
	}
	var found []Section
	for _, name := range names {
		i := index(all, name)
		if i < 0 {
			return nil, fmt.Errorf("%w: %q; there are %s", ErrNoSection, harmless.Value(name), list(all))
		}
		found = append(found, all[i])
	}
	return found, nil
}

func index(all []Section, name string) int {
	for i, s := range all {
		if s.Name == name {
			return i
		}
	}
	return -1
}

func list(all []Section) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}
