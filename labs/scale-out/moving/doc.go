// Package moving moves a lane from one set of servers to another while messages flow, and says where lanes are. It is what cmd/lane runs.
//
//   - moving.go: the steps of a move.
//   - words.go: what a move says at the old master, and when it may.
//   - sets.go: what is read of the sets, and written at a master.
//
// Of one lane there is one move at a time: a move changes nothing at the old master but its own words. Whoever starts a second one, to
// another set, finds the words of the first, and fails. Different lanes move at the same time.
package moving
