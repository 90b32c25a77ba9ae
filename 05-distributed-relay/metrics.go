package relay

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/redis-chat/04-websocket-chat"
)

// metrics of one relay, in a registry of its own: a program may run several.
type metrics struct {
	registry            *prometheus.Registry
	publish, relay      prometheus.Histogram
	failed              prometheus.Counter
	malformed, reserved prometheus.Counter
	missed, repeated    atomic.Int64
}

// From 50 µs, below the fastest PUBLISH on loopback, to 1.6 s, above the
// timeout; each bucket twice the one before.
var latencyBuckets = prometheus.ExponentialBuckets(50e-6, 2, 16)

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		publish: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chat_publish_seconds", Buckets: latencyBuckets,
			Help: "From a client's message to the master's confirmation.",
		}),
		relay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chat_relay_seconds", Buckets: latencyBuckets,
			Help: "From a client's message to its coming back from this node's replica.",
		}),
		failed:    counter("chat_publish_failed_total", "Messages of clients that the master did not confirm in time."),
		malformed: counter("chat_messages_malformed_total", "Payloads from Redis that could not be understood."),
		reserved:  counter("chat_messages_reserved_total", "Events from Redis dropped because their name begins with $."),
	}
	m.registry.MustRegister(m.publish, m.relay, m.failed, m.malformed, m.reserved,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// Metrics is the handler of /metrics, in Prometheus' text format: this relay's
// and its hub's.
func (r *Relay) Metrics(hub *chat.Hub) http.Handler {
	m := r.metrics
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	total := func(name, help string, value func() int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	gauge("chat_connections", "Clients connected now.", func() float64 { return float64(hub.Stats().Connections) })
	gauge("chat_rooms", "Rooms with a client of this node.", func() float64 { return float64(hub.Stats().Rooms) })
	gauge("chat_ready", "1 while probes come back through this node's replica, else 0.", func() float64 {
		if _, ready := r.Ready(); ready {
			return 1
		}
		return 0
	})
	total("chat_messages_received_total", "Messages from clients.", func() int64 { return hub.Stats().Received })
	total("chat_deliveries_total", "Messages handed to clients, each client counted.", func() int64 { return hub.Stats().Deliveries })
	total("chat_slow_clients_total", "Clients closed with 1013 for reading too slowly.", func() int64 { return hub.Stats().Slow })
	total("chat_rate_limited_total", "Frames dropped for their client's rate.", func() int64 { return hub.Stats().RateLimited })
	total("chat_messages_oversize_total", "Messages dropped because one alone would fill a client's queue.", func() int64 { return hub.Stats().Oversize })
	total("chat_messages_missed_total", "Numbered messages that this node did not see.", m.missed.Load)
	total("chat_messages_repeated_total", "Messages dropped because their number was not above the last one.", m.repeated.Load)
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
