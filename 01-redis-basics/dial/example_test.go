package dial_test

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
	server.Miniredis().RequireAuth("right")

	for _, password := range []string{"", "right"} {
		login := dial.Login{Password: password}
		client := redis.NewClient(login.Options(server.Addr()))
		defer client.Close()
		err := client.Ping(ctx).Err()
		fmt.Printf("%v: %v\n", dial.Diagnose(err), dial.Explain(ctx, client.Options(), err))
	}
	// Output:
	// the credentials are refused: a password is wanted: set REDIS_PASSWORD, and REDIS_USERNAME if the server has users (NOAUTH Authentication required.)
	// no trouble: <nil>
}
