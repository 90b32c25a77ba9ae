package lane_test

import (
	"fmt"

	"example.com/redis-chat/labs/scale-out/lane"
)

func ExampleFor() {
	fmt.Println(lane.For([]string{"lobby"}), lane.For([]string{"go"}))
	fmt.Println(lane.For([]string{"lobby", "go"}) == lane.Everybody)
	// Output:
	// 247 86
	// true
}
