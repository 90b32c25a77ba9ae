package topology_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/02-replication/topology"
)

func Example() {
	ctx := context.Background()
	servers, err := topology.Start(ctx, topology.Options{Replicas: 1}) // proven: the replica follows
	if err != nil {
		fmt.Println(err)
		return
	}
	defer servers.Close()
	master := redis.NewClient(&redis.Options{Addr: servers.Addrs()[0]})
	defer master.Close()
	replica := redis.NewClient(&redis.Options{Addr: servers.Addrs()[1]})
	defer replica.Close()

	fmt.Println("cut:", servers.Cut(1))
	fmt.Println("write at the master:", master.Set(ctx, "greeting", "hello", 0).Val())
	fmt.Println("keys at the replica:", replica.Exists(ctx, "greeting").Val())
	fmt.Println("mend:", servers.Mend(ctx, 1)) // proven again
	fmt.Println("keys at the replica:", replica.Exists(ctx, "greeting").Val())
	// Output:
	// cut: <nil>
	// write at the master: OK
	// keys at the replica: 0
	// mend: <nil>
	// keys at the replica: 1
}
