// Package emitting is chapter 06's emitter for nodes on lanes: a process without clients sends them events. It is what cmd/laneemit runs.
//
//   - emitter.go: an Emitter, which clients its events are for, and Emit; where each lane is.
//   - line.go: the one connection to each master: ROLE, the transaction behind a WATCH, WAIT.
//   - receipt.go: which set took an event, and how many of its replicas have it.
//
// # One event
//
// Its rooms say its lane, and the lane says its set: for rooms of several lanes, or for everybody, that is the first one. A lane may have moved
// since the map was read, or move right now. So an event is published as a node publishes (guard.go): in a transaction behind a WATCH of the key
// in which that set's master says what has moved away. Where the lane has left, Emit goes after it, from master to master; where it leaves between
// the answer and EXEC, the transaction is not carried out, and the key is read again. Nothing is published twice.
//
// An Emitter numbers its events on each lane, and the numbers go on where the lane goes: a node that has heard one of them counts what it
// misses of those that follow.
//
// # The goroutines
//
// An Emitter starts none. Events of one lane leave one after the other, and those of one set; a set that does not answer holds up no other.
package emitting
