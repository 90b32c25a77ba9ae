package emitter_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/02-replication/topology"
	emitter "example.com/redis-chat/06-emitter"
)

func Example() {
	ctx := context.Background()
	top, err := topology.Start(ctx, topology.Options{Replicas: 2}) // embedded: nothing has to be installed
	if err != nil {
		fmt.Println(err)
		return
	}
	defer top.Close()
	client := redis.NewClient(&redis.Options{Addr: top.Addrs()[0]}) // the master
	defer client.Close()

	// region: emit
	e := emitter.New(client, emitter.Options{})
	defer e.Close()
	receipt, err := e.To("lobby").Except("bots").WaitFor(2).Emit(ctx, "message", "Hello!")
	// end: emit
	fmt.Println(receipt.Replicas, "of", receipt.Known, err)
	// Output: 2 of 2 <nil>
}
