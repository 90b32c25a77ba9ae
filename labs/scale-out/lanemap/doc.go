// Package lanemap says on which of several sets of servers each lane lives. Most follow a rule, lane modulo the number of sets;
// those that were moved are named.
//
//   - map.go: the file that all programs of a system read: the sets, and what was moved.
//   - state.go: the text that the master of a set keeps: what has moved away from it, and what is about to. In it a move takes place; the
//     file is told afterwards.
package lanemap
