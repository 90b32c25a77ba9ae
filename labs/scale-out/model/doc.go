// Package model says what a chat of a size that nobody has here would need, and where it would break first: nodes, sets of servers, bytes and
// cores, from a few costs that were measured on one machine. It is what cmd/model prints.
//
//   - costs.go: what was measured, and where each figure comes from.
//   - sizes.go: bytes of a message and of a probe, by the encoders that write them.
//   - plan.go: what a crowd of clients needs.
//   - limits.go: what is too much, how many sets are enough, and how many clients are too many.
//   - table.go: the table of three sizes.
//
// It multiplies and adds: what it leaves out, docs/past-this-machine.md says. Its tests ask it for figures that the texts have as measured, so that
// the model cannot drift away from them, nor they from it.
package model
