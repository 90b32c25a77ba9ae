// Package exercise finds the learner's exercises, cuts their stubs out of their
// solutions, and proves that they teach: the stub fails by assertion, the solution
// passes, and each typical mistake is told by its name.
//
// An exercise is a folder NN-chapter/exercises/NAME:
//
//	README.md              the task, with hints
//	leaderboard.go         the stub, in which the learner writes
//	leaderboard_test.go    what must hold
//	solution/              the package once more, solved, with its reasons
//	wrong/MISTAKE/         the package once more, with a typical mistake
//
// All exercises of a chapter are a module of their own. So go test in an exercise's
// folder works plainly, and go test ./... of the chapter does not see what is unsolved.
//
// Read it in this order: list.go finds the exercises, task.go reads a task, cut.go cuts
// the stub, variant.go names the sources that a test can run on, run.go runs go test on
// the learner's, outcome.go reads what came of it, prove.go is the proof, bundle.go makes
// one program of all the tests that it runs.
package exercise
