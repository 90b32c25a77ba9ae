package ban_test

import (
	"fmt"
	"net/netip"
	"time"

	"example.com/redis-chat/04-websocket-chat/ban"
)

func ExampleList() {
	var l ban.List
	err := l.Add(ban.Ban{Name: "mallory", Reason: "spam", Until: time.Now().Add(10 * time.Minute)})
	home := netip.MustParsePrefix("192.0.2.1/32")
	b, banned := l.Find("mallory", home)
	fmt.Println(err, banned, b.Reason)
	_, banned = l.Find("alice", home)
	fmt.Println(banned)
	// Output:
	// <nil> true spam
	// false
}
