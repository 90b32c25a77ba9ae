package embedded_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/02-replication/embedded"
)

// A replica that was away catches up from the master's backlog. When it missed
// more than the backlog holds, it gets a copy of all keys: a full resync.
func Example() {
	ctx := context.Background()
	servers, err := embedded.Start(ctx, embedded.Options{Replicas: 1, Backlog: 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer servers.Close()
	master := redis.NewClient(&redis.Options{Addr: servers.Addrs()[0]})
	defer master.Close()

	for _, size := range []int{10, 10_000} {
		servers.Cut(1)
		master.Set(ctx, "key", strings.Repeat("x", size), 0)
		err := servers.Mend(ctx, 1)
		fmt.Printf("missed a value of %d bytes: full resyncs %d, error %v\n", size, servers.Resyncs(1), err)
	}
	// Output:
	// missed a value of 10 bytes: full resyncs 1, error <nil>
	// missed a value of 10000 bytes: full resyncs 2, error <nil>
}
