package talk

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// refusingFirst is a node that answers with a status and a header so many times before it lets in. Tries are when it was asked.
func refusingFirst(t *testing.T, times, status int, header http.Header) (node http.Handler, tries <-chan time.Time) {
	t.Helper()
	hub, err := chat.NewHub(chat.Options{Node: "n1"})
	require.NoError(t, err)
	t.Cleanup(func() { hub.Drain(context.Background(), 100*time.Millisecond) })
	asked := make(chan time.Time, 100)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- time.Now()
		if len(asked) > times {
			hub.ServeHTTP(w, r)
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		http.Error(w, "this node is full", status)
	}), asked
}

func TestTalkComesBackToAFullNodeWhenItSaid(t *testing.T) {
	for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				nodes := chattest.Network{}
				node, tries := refusingFirst(t, 1, status, http.Header{"Retry-After": {"2"}})
				url := nodes.Serve(t, "full", node)
				k := talking(t, Options{URLs: []string{"http://nobody", url}, Name: "alice", dial: nodes.Dial})
				k.types(t, "hello")
				k.err.shows(t, "this node is full; trying "+url+" in")
				k.err.shows(t, "connected to node n1 as alice")
				first := <-tries
				require.Equal(t, 2*time.Second, (<-tries).Sub(first))
				require.NoError(t, k.keys.Close())
				require.NoError(t, <-k.ended, "and the line has arrived")
			})
		})
	}
}

func TestTalkDoesNotWaitForANodeThatNamesNoPause(t *testing.T) {
	for name, header := range map[string]http.Header{
		"none": nil, "a date": {"Retry-After": {"Wed, 21 Oct 2099 07:28:00 GMT"}}, "a year": {"Retry-After": {"31536000"}}, "nonsense": {"Retry-After": {"soon"}},
	} {
		t.Run(name, func(t *testing.T) {
			node, _ := refusingFirst(t, 1, http.StatusServiceUnavailable, header)
			s := httptest.NewServer(node)
			defer s.Close()
			_, _, err := talkLines(s.URL, Options{}, "hello")
			require.EqualError(t, err, "this node is full")
		})
	}
}
