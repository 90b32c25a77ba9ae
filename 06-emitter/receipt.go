package emitter

import (
	"fmt"
	"time"
)

// Receipt says how far an event has come. A replica that has it has also handed it to
// the nodes that listen there. Redis does not know how many nodes those are, nor how
// many clients they have.
type Receipt struct {
	Replicas int           // that have taken the event
	Known    int           // linked to the master, as it said just before
	Took     time.Duration // from sending PUBLISH to the last replica's answer
}

// String is one line for a terminal.
func (r Receipt) String() string {
	took := fmt.Sprintf("%.1fms", float64(r.Took)/float64(time.Millisecond))
	if r.Took >= time.Second {
		took = fmt.Sprintf("%.1fs", r.Took.Seconds())
	}
	return fmt.Sprintf("reached %d of %d replicas in %s", r.Replicas, r.Known, took)
}
