package emitting_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/labs/scale-out/emitting"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

func Example() {
	ctx := context.Background()
	m := &lanemap.Map{}
	for _, name := range []string{"set-a", "set-b"} {
		top, err := topology.Start(ctx, topology.Options{Replicas: 2}) // embedded: nothing has to be installed
		if err != nil {
			fmt.Println(err)
			return
		}
		defer top.Close()
		m.Sets = append(m.Sets, lanemap.Set{Name: name, Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}

	e := emitting.New(emitting.Options{Map: m, Client: func(addr string) *redis.Client { return redis.NewClient(&redis.Options{Addr: addr}) }})
	defer e.Close()
	for _, room := range []string{"lobby", "go"} {
		receipt, err := e.To(room).WaitFor(2).Emit(ctx, "message", "Hello!")
		fmt.Println(room, receipt.Lane, receipt.Set, receipt.Replicas, "of", receipt.Known, err)
	}
	receipt, err := e.To("lobby", "go").Emit(ctx, "message", "Hello!") // two lanes: by that of everybody
	fmt.Println("both", receipt.Lane, receipt.Set, err)
	// Output:
	// lobby 247 set-b 2 of 2 <nil>
	// go 86 set-a 2 of 2 <nil>
	// both 256 set-a <nil>
}
