package chat

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// refusingFirst is a node that answers 503 with a header and a header so many times before it lets in.
func refusingFirst(t *testing.T, times int, header http.Header) (url string, tries <-chan time.Time) {
	t.Helper()
	hub, err := NewHub(Options{Node: "n1"})
	require.NoError(t, err)
	asked := make(chan time.Time, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- time.Now()
		if len(asked) > times {
			hub.ServeHTTP(w, r)
			return
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		http.Error(w, "this node is full", http.StatusServiceUnavailable)
	}))
	t.Cleanup(func() {
		hub.Drain(context.Background(), 100*time.Millisecond)
		s.Close()
	})
	return s.URL, asked
}

func TestTalkComesBackToAFullNodeWhenItSaid(t *testing.T) {
	url, tries := refusingFirst(t, 1, http.Header{"Retry-After": {"1"}})
	k := talking(t, TalkOptions{URLs: []string{"http://127.0.0.1:1", url}, Name: "alice"})
	k.types(t, "hello")
	k.err.shows(t, "this node is full; trying "+url+" in")
	k.err.shows(t, "connected to node n1 as alice")
	first := <-tries
	require.GreaterOrEqual(t, (<-tries).Sub(first), time.Second)
	require.NoError(t, k.keys.Close())
	require.NoError(t, <-k.ended, "and the line has arrived")
}

func TestTalkDoesNotWaitForANodeThatNamesNoPause(t *testing.T) {
	for name, header := range map[string]http.Header{
		"none": nil, "a date": {"Retry-After": {"Wed, 21 Oct 2099 07:28:00 GMT"}}, "a year": {"Retry-After": {"31536000"}}, "nonsense": {"Retry-After": {"soon"}},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := refusingFirst(t, 1, header)
			_, _, err := talkLines(url, TalkOptions{}, "hello")
			require.EqualError(t, err, "this node is full")
		})
	}
}

func TestRefusalCarriesThePause(t *testing.T) {
	n := serve(t, Options{MaxConns: 1})
	n.enter("alice", "go")
	_, err := Dial(t.Context(), n.addr, DialOptions{})
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusServiceUnavailable, refused.Status)
	require.GreaterOrEqual(t, refused.RetryAfter, 3*time.Second)
	require.LessOrEqual(t, refused.RetryAfter, 8*time.Second)
	require.Contains(t, refused.Text, "come back in a moment")
}
