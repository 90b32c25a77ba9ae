package launch_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
)

func Example() {
	ctx := context.Background()
	server, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(dial.Login{}.Options(server.Addr()))
	defer client.Close()

	fmt.Println(client.Set(ctx, "greeting", "hello", 0).Val())
	if err := server.Restart(ctx); err != nil { // at the same address
		fmt.Println(err)
		return
	}
	again := redis.NewClient(dial.Login{}.Options(server.Addr()))
	defer again.Close()
	fmt.Println(again.Exists(ctx, "greeting").Val(), "keys: an embedded server saves nothing")
	// Output:
	// OK
	// 0 keys: an embedded server saves nothing
}
