package relay

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"sync"

	"golang.org/x/time/rate"
)

// scrapes bounds what /metrics costs, as anybody may ask for it: whoever asks while the limit is reached
// waits for the next gathering, and all who wait get the same one. It begins after they have asked, so
// nobody is told what was true before.
type scrapes struct {
	metrics http.Handler
	limit   *rate.Limiter

	gathering chan struct{} // holds one: whoever gathers

	mu   sync.Mutex
	next *scrape // that has not begun; nil: nobody waits
}

// A gathering costs half a millisecond: 20 a second are a hundredth of a core, and a scrape waits for 50 ms at most.
const (
	scrapesPerSecond = 20
	scrapesAtOnce    = 20
)

// scrape is one gathering, and the answer to all who wait for it.
type scrape struct {
	done   chan struct{} // closed: what follows is there
	status int
	header http.Header
	body   bytes.Buffer
}

func newScrapes(metrics http.Handler) *scrapes {
	return &scrapes{metrics: metrics, limit: rate.NewLimiter(scrapesPerSecond, scrapesAtOnce), gathering: make(chan struct{}, 1)}
}

// ServeHTTP implements http.Handler.
func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer, first := s.next, s.next == nil
	if first {
		answer = &scrape{done: make(chan struct{}), status: http.StatusOK, header: http.Header{}}
		s.next = answer
	}
	s.mu.Unlock()
	if first {
		s.gather(answer, r)
	}
	select {
	case <-answer.done:
	case <-r.Context().Done():
		return
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body.Bytes())
}

func (s *scrapes) gather(answer *scrape, r *http.Request) {
	defer close(answer.done)
	_ = s.limit.Wait(context.Background()) // not the first one's context: others may wait, too
	s.gathering <- struct{}{}
	defer func() { <-s.gathering }()
	s.mu.Lock()
	s.next = nil
	s.mu.Unlock()
	// All get the same, so nothing that one request asks for may count: no other format, and no
	// compression, which was two thirds of the cost.
	plain := r.Clone(context.WithoutCancel(r.Context()))
	plain.Header = http.Header{}
	s.metrics.ServeHTTP(answer, plain)
}

// Header implements http.ResponseWriter.
func (a *scrape) Header() http.Header { return a.header }

// Write implements http.ResponseWriter.
func (a *scrape) Write(p []byte) (int, error) { return a.body.Write(p) }

// WriteHeader implements http.ResponseWriter.
func (a *scrape) WriteHeader(status int) { a.status = status }
