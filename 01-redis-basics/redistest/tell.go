package redistest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Tell prints what servers have logged when the test has failed. An exercise's test says in a sentence what is wrong, for
// somebody who has not solved it yet: pages of a server's log would hide that.
func Tell(t testing.TB, logs func() string) {
	t.Helper()
	if dir, err := os.Getwd(); t.Failed() && (err != nil || !ofExercise(dir)) {
		t.Log(logs())
	}
}

// ofExercise reports whether the tests of that folder are those of an exercise. go test runs them there.
func ofExercise(dir string) bool {
	return strings.Contains(filepath.ToSlash(dir), "/exercises/")
}
