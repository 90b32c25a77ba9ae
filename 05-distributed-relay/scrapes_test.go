package relay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	relay "example.com/redis-chat/05-distributed-relay"
)

// Four connections that ask for the metrics again and again would take a core.
func TestMetricsAreGatheredSoOftenAtMostAndNeverOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gathered, under atomic.Int64
		var truth atomic.Int64 // grows
		metrics := relay.NewScrapes(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.EqualValues(t, 1, under.Add(1), "one at a time")
			defer under.Add(-1)
			gathered.Add(1)
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, truth.Load())
			time.Sleep(time.Millisecond)
		}))
		const seconds = 10
		began := time.Now()
		var asking sync.WaitGroup
		for i := range 40 {
			asking.Go(func() {
				for time.Since(began) < seconds*time.Second {
					time.Sleep(time.Duration(1+i%7) * 100 * time.Microsecond) // some ask in the midst of it
					before := truth.Add(1)
					r := httptest.NewRecorder()
					asked := time.Now()
					metrics.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/metrics", nil))
					var told int64
					_, err := fmt.Sscan(r.Body.String(), &told)
					require.NoError(t, err)
					require.GreaterOrEqual(t, told, before, "what was true before it was asked for")
					require.Equal(t, "text/plain", r.Header().Get("Content-Type"))
					require.LessOrEqual(t, time.Since(asked), 100*time.Millisecond)
				}
			})
		}
		asking.Wait()
		require.InDelta(t, relay.ScrapesAtOnce+seconds*relay.ScrapesPerSecond, gathered.Load(), 5)
	})
}

// One who goes away does not keep the others from their answer.
func TestWhoAskedForMetricsAndWentAwayHoldsNobodyUp(t *testing.T) {
	n := startNode(t, relay.Options{PubAddr: "127.0.0.1:1"})
	for range 3 * relay.ScrapesAtOnce {
		resp, err := http.Get(n.url + "/metrics")
		require.NoError(t, err)
		resp.Body.Close() // unread
	}
	require.Zero(t, n.metric(t, "chat_connections"))
}

func TestMetricsAreNotCompressed(t *testing.T) {
	n := startNode(t, relay.Options{PubAddr: "127.0.0.1:1"})
	r, err := http.NewRequest(http.MethodGet, n.url+"/metrics", nil)
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", "gzip") // so that the client does not undo it
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Empty(t, resp.Header.Get("Content-Encoding"))
	require.Contains(t, resp.Header.Get("Content-Type"), "text/plain")
}
