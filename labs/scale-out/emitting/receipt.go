package emitting

import (
	"fmt"

	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/lane"
)

// Receipt says which set took an event, or should have, and how many of that set's replicas have it. The replicas of other sets do not get it:
// nobody listens for it there.
type Receipt struct {
	Set  string
	Lane lane.Lane
	emitter.Receipt
}

// String is one line for a terminal.
func (r Receipt) String() string {
	return fmt.Sprintf("%s took it on lane %d: %s", r.Set, r.Lane, r.Receipt)
}
