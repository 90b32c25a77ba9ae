package faults_test

import (
	"fmt"
	"strings"
	"time"

	"example.com/redis-chat/labs/faults"
)

// A fault that cost each of node 1's two clients three messages. Put measures such a
// Result; here it is written by hand.
func ExamplePrint() {
	result := faults.Result{
		Row: "replica killed", System: "redis-chat", Tells: true, Counted: [2]int{3, 0},
		Accounts: []faults.Account{
			{Node: 1, Sent: 100, Delivered: 97, Lost: 3, Silence: 400 * time.Millisecond},
			{Node: 1, Sent: 100, Delivered: 97, Lost: 3, Silence: 410 * time.Millisecond},
			{Node: 2, Sent: 100, Delivered: 100, Silence: 20 * time.Millisecond},
		},
		Checks: []faults.Check{{What: "node 1 counts what its clients miss", Holds: true}},
	}
	var table strings.Builder
	if err := faults.Print(&table, []faults.Result{result}, false); err != nil {
		fmt.Println(err)
	}
	for line := range strings.Lines(table.String()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// fault           system      receivers    sent  delivered  lost  unknown  counted  repeated  disorder  silence  holds
	// replica killed  redis-chat  2 of node 1  100   97         3     0        3        0         0         410 ms   yes
	//                             1 of node 2  100   100        0     0        0        0         0         20 ms
	//
	// replica killed, redis-chat
	//   + node 1 counts what its clients miss
}
