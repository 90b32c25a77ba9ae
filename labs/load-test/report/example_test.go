package report_test

import (
	"fmt"
	"os"

	loadtest "example.com/redis-chat/labs/load-test"
	"example.com/redis-chat/labs/load-test/report"
)

func ExampleTable() {
	measured := loadtest.Report{Growth: []loadtest.Growth{{
		System: "redis-chat",
		What:   "connections in a room",
		Steps: []loadtest.GrowthStep{
			{Size: 100, CPU: 1.9, P99: 2.1},
			{Size: 1000, CPU: 1.4, P99: 4.8},
		},
	}}}
	if err := report.Table(os.Stdout, &measured); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Cost against connections in a room: CPU in µs per delivery, p99 in ms
	//   system            100  1,000
	//   redis-chat  CPU  1.90   1.40
	//               p99  2.10   4.80
}
