// Package learn guides a learner along the exercises: it shows the task, what the first
// failing test says, one hint more each time it is asked, and goes on when the tests
// pass.
//
// Whether an exercise is solved is what its tests say, each time anew. The diary
// (progress.txt) only remembers on which day that was, so that learn can propose what to
// repeat.
//
// Read it in this order: path.go (where the learner stands), diary.go (what was when),
// page.go (what is shown), window.go (how much of it at once), commands.go (one call,
// one answer), loop.go (the dialogue on a terminal), keys.go (what each key does),
// watch.go (who has changed a file).
//
// The dialogue is one goroutine, which waits for a key, a changed file, or the end of a
// test run. A test run is a goroutine of its own, and ends early when a file changes
// again.
package learn
