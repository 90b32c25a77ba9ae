package page_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"example.com/redis-chat/04-websocket-chat/page"
)

// The page, and the policy by which a browser lets it connect to its own node and to its peers.
func ExampleHandler() {
	handler := page.Handler(page.Options{Node: "n1", Peers: []string{"http://127.0.0.1:3001"}})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/?name=alice&room=go", nil))
	fmt.Println(answer.Code, answer.Header().Get("Content-Type"))
	for directive := range strings.SplitSeq(answer.Header().Get("Content-Security-Policy"), "; ") {
		if strings.HasPrefix(directive, "connect-src") {
			fmt.Println(directive)
		}
	}
	// Output:
	// 200 text/html; charset=utf-8
	// connect-src 'self' http://127.0.0.1:3001 ws://127.0.0.1:3001
}
