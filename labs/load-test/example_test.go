package loadtest_test

import (
	"fmt"

	loadtest "example.com/redis-chat/labs/load-test"
)

// A rate is sustained when nothing was lost and 99 of 100 messages were in time.
func ExampleGoal_Sustained() {
	goal := loadtest.Goal{P99: 50} // milliseconds
	for _, run := range []loadtest.Run{
		{Late: loadtest.Latency{P99: 12}},
		{Late: loadtest.Latency{P99: 80}},
		{Counts: loadtest.Counts{Lost: 1}},
	} {
		if why, ok := goal.Sustained(&run); ok {
			fmt.Println("sustained")
		} else {
			fmt.Println("not sustained:", why)
		}
	}
	// Output:
	// sustained
	// not sustained: p99 is 80 ms
	// not sustained: 1 lost, 0 repeated, 0 out of order, 0 refused, 0 connections closed
}
