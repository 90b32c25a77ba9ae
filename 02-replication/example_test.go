package replication_test

import (
	"context"
	"fmt"
	"time"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/embedded"
)

func ExampleCheck() {
	ctx := context.Background()
	servers, err := embedded.Start(ctx, embedded.Options{Replicas: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer servers.Close()

	report := replication.Check(ctx, servers.Addrs(), replication.CheckOptions{Patience: time.Minute})
	fmt.Println(report.Servers[0].Role.Name, "with", len(report.Servers[0].Role.Replicas), "replica")
	fmt.Println(report.Servers[1].Role.Name, "refuses a write:", report.Servers[1].Refusal)
	fmt.Println("problems:", report.Problems)
	// Output:
	// master with 1 replica
	// replica refuses a write: READONLY You can't write against a read only replica.
	// problems: []
}
