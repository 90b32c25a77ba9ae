package status_test

import (
	"fmt"

	"example.com/redis-chat/06-emitter/system/status"
)

func Example() {
	now := status.State{Nodes: []status.Node{
		{Name: "node-1", State: status.Up},
		{Name: "node-2", State: status.NotReady, Why: "replica-2 is frozen"},
	}}
	for _, n := range now.Nodes {
		if n.State != status.Up {
			fmt.Printf("%s is %s: %s\n", n.Name, n.State, n.Why)
		}
	}
	// Output: node-2 is not ready: replica-2 is frozen
}
