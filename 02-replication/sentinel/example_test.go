package sentinel_test

import (
	"context"
	"fmt"

	"example.com/redis-chat/02-replication/sentinel"
)

// A program that runs on follows the master. Nobody answers here, so it hears why.
func ExampleWatch() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	watcher, err := sentinel.Watch(ctx, sentinel.Options{Addrs: []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"}, Name: "chat"})
	if err != nil {
		fmt.Println(err)
		return
	}
	view, changed := watcher.View()
	fmt.Printf("%d of %d Sentinels heard, a majority: %t\n", view.Heard, view.Of, view.Majority())
	select {
	case <-changed: // look again
	default:
	}
	stop()
	watcher.Wait()
	// Output: 0 of 3 Sentinels heard, a majority: false
}
