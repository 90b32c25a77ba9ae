package rediscluster_test

import (
	"fmt"

	"example.com/redis-chat/labs/scale-out/rediscluster"
)

func ExampleRange() {
	for i := range 3 {
		fmt.Println(rediscluster.Range(i, 3))
	}
	// Output:
	// 0 5460
	// 5461 10921
	// 10922 16383
}
