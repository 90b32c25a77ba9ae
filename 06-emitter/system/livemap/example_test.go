package livemap_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"example.com/redis-chat/06-emitter/system/livemap"
)

// The system is a stand-in of which nothing runs. An open map is first told the state.
func Example() {
	feed := livemap.NewFeed(io.Discard) // the terminal
	defer feed.Close()
	m, err := livemap.Listen(livemap.Options{System: &house{}, Feed: feed})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { m.Run(ctx) })
	defer func() { stop(); running.Wait() }()

	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	request, _ := http.NewRequest(http.MethodGet, m.URL()+"/events", nil)
	events, err := transport.RoundTrip(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer events.Body.Close()
	line, _ := bufio.NewReader(events.Body).ReadString('\n')
	var first livemap.Update
	_ = json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &first)
	fmt.Println(first.State.Servers[0].Name, "is", first.State.Servers[0].State)
	// Output: master is up
}
