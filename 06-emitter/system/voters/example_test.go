package voters_test

import (
	"fmt"

	"example.com/redis-chat/06-emitter/system/voters"
)

func Example() {
	names := voters.Names{
		Me:   "sentinel-2",
		Addr: func(addr string) string { return addr },
		ID:   func(string) string { return "sentinel-1" },
	}
	for _, e := range []voters.Event{
		{Name: "+sdown", Text: "master mymaster 127.0.0.1 6379"},
		{Name: "+vote-for-leader", Text: "6d4c1b5e3a 1"},
		{Name: "+switch-master", Text: "mymaster 127.0.0.1 6379 127.0.0.1 6380"},
	} {
		fmt.Println(e.Words(names))
	}
	// Output:
	// sentinel-2 gets no answer from 127.0.0.1:6379, and holds it to be down (sdown)
	// sentinel-2 votes for sentinel-1, epoch 1
	// sentinel-2 says: the master is 127.0.0.1:6380, no longer 127.0.0.1:6379
}
