package admin_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/admin"
)

// A program asks whoever is called mallory to leave, and to stay away for ten minutes.
func ExampleCaller_Kick() {
	hub, err := chat.NewHub(chat.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	node := httptest.NewServer(admin.Handler(admin.Options{Hub: hub, Node: "n1"}))
	defer node.Close()

	caller, err := admin.NewCaller(node.URL, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	done, err := caller.Kick(context.Background(), admin.Order{Name: "mallory", Reason: "spam"})
	fmt.Println(done.Node, done.Kicked, err)
	// Output: n1 0 <nil>
}
