package system_test

import (
	"context"
	"fmt"
	"os"

	"example.com/redis-chat/06-emitter/system"
)

// The whole chat on embedded Redis: nothing has to be installed. The nodes are this
// test program, started once more for each: see TestMain.
func Example() {
	ctx := context.Background()
	self, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := system.Start(ctx, system.Options{Redis: "embedded", Nodes: 2, Node: []string{self, "node", unhurried.String()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Stop()

	now := s.State()
	fmt.Println(len(now.Servers), "Redis servers and", len(now.Nodes), "nodes")
	_, err = s.Emit(ctx, "lobby", "Hello!")
	fmt.Println("the emitter's error:", err)
	// Output:
	// 3 Redis servers and 2 nodes
	// the emitter's error: <nil>
}
