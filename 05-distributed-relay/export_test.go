package relay

import (
	"context"
	"net/http"
	"time"
)

// Patience is of both packages of tests: see there.
const Patience = 2 * time.Minute

// Probe publishes a probe between those of each ProbeInterval, and returns when
// the master has it.
func (r *Relay) Probe(ctx context.Context) error { return r.publishProbe(ctx) }

// Around reports whether what comes back is known to have gone through a replica.
func (r *Relay) Around() bool { return r.publisher.around.Load() }

// How often metrics are gathered.
const (
	ScrapesPerSecond = scrapesPerSecond
	ScrapesAtOnce    = scrapesAtOnce
)

// NewScrapes bounds how often metrics are asked.
func NewScrapes(metrics http.Handler) http.Handler { return newScrapes(metrics) }
