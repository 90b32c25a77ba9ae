// Package moving moves a lane from one set of servers to another while messages flow, and says where lanes are. It is what cmd/lane runs.
//
//   - moving.go: the steps of a move.
//   - sets.go: what is read of the sets, and written at a master.
//
// There is one move at a time: whoever starts a second one meets the first one's words at the old master, and its own fail.
package moving
