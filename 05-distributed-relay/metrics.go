package relay

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	chat "example.com/redis-chat/04-websocket-chat"
)

// metrics of one relay, in a registry of its own: a program may run several.
type metrics struct {
	registry            *prometheus.Registry
	publish, relay      prometheus.Histogram
	failed              prometheus.Counter
	malformed, reserved prometheus.Counter
	missed, repeated    atomic.Int64
	oversize            atomic.Int64
	delay               atomic.Int64 // how long that one was under way, in nanoseconds
	probed              atomic.Int64 // when a probe of ours last came back, in Unix milliseconds
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
		reserved:  counter("chat_messages_reserved_total", "Events from Redis dropped because their name is a node's own ($…) or Socket.IO's (connect, disconnect, …)."),
	}
	m.registry.MustRegister(m.publish, m.relay, m.failed, m.malformed, m.reserved,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// Metrics is the handler of /metrics, in Prometheus' text format: this relay's
// and its hub's. ready says whether the node serves; a node that is leaving
// does not, though its relay still delivers.
func (r *Relay) Metrics(hub *chat.Hub, ready func() (reason string, ready bool)) http.Handler {
	r.metrics.registry.MustRegister(&counted{relay: r.metrics, hub: hub, ready: ready, ends: r.o.Certificates})
	return newScrapes(promhttp.HandlerFor(r.metrics.registry, promhttp.HandlerOpts{}))
}

// Register adds to /metrics what a Carrier counts.
func (r *Relay) Register(c prometheus.Collector) { r.metrics.registry.MustRegister(c) }

// counted collects what hub and relay count by themselves: the hub's lock is
// taken once for all of it.
type counted struct {
	relay *metrics
	hub   *chat.Hub
	ready func() (string, bool)
	ends  map[string]func() time.Time // Options.Certificates
}

func describe(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

var (
	descConnections = describe("chat_connections", "Clients connected now.")
	descRooms       = describe("chat_rooms", "Rooms with a client of this node.")
	descReady       = describe("chat_ready", "1 while this node delivers and takes clients, else 0.")
	descProbe       = describe("chat_probe_timestamp_seconds", "When a probe of this node last came back, in Unix seconds; 0: none has.")
	descDelay       = describe("chat_probe_delay_seconds", "How long the probe of this node that last came back was under way; 0: none has.")
	descReceived    = describe("chat_messages_received_total", "Messages from clients.")
	descDeliveries  = describe("chat_deliveries_total", "Messages handed to clients, each client counted.")
	descSlow        = describe("chat_slow_clients_total", "Clients closed with 1013 for reading too slowly.")
	descKicked      = describe("chat_kicked_total", "Clients that an operator has asked to leave.")
	descExpired     = describe("chat_tokens_expired_total", "Clients closed with 1008 because their token had expired.")
	descRenewed     = prometheus.NewDesc("chat_token_renewals_total", "New tokens that clients brought over an open connection, by result.", []string{"result"}, nil)
	descRefused     = describe("chat_connections_refused_total", "Clients refused with 503 because MAX_CONNS or MAX_CONNS_PER_IP was reached.")
	descTurnedAway  = prometheus.NewDesc("chat_refused_total", "Requests for a WebSocket that were refused, by reason.", []string{"reason"}, nil)
	descHasty       = describe("chat_connections_hasty_total", "Clients refused with 429 because NEW_CONNS_PER_IP or NEW_CONNS_PER_NODE was passed.")
	descLimited     = describe("chat_rate_limited_total", "Frames dropped for the rate of their client, its address, or the node.")
	descOversize    = describe("chat_messages_oversize_total", "Messages dropped because one alone would fill a client's queue.")
	descMissed      = describe("chat_messages_missed_total", "Numbered messages that this node did not see.")
	descRepeated    = describe("chat_messages_repeated_total", "Messages dropped because their number was not above the last one.")
	descCertificate = prometheus.NewDesc("chat_certificate_not_after_timestamp_seconds",
		"When the certificate ends that is in use, in Unix seconds, by the variable that names its file; not there without one.", []string{"variable"}, nil)
)

// Describe implements prometheus.Collector.
func (c *counted) Describe(descs chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, descs) }

// Collect implements prometheus.Collector.
func (c *counted) Collect(out chan<- prometheus.Metric) {
	stats := c.hub.Stats()
	ready := 0
	if _, ok := c.ready(); ok {
		ready = 1
	}
	gauge := func(d *prometheus.Desc, value int) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value))
	}
	total := func(d *prometheus.Desc, value int64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value))
	}
	gauge(descConnections, stats.Connections)
	gauge(descRooms, stats.Rooms)
	gauge(descReady, ready)
	out <- prometheus.MustNewConstMetric(descProbe, prometheus.GaugeValue, float64(c.relay.probed.Load())/1000)
	out <- prometheus.MustNewConstMetric(descDelay, prometheus.GaugeValue, time.Duration(c.relay.delay.Load()).Seconds())
	total(descReceived, stats.Received)
	total(descDeliveries, stats.Deliveries)
	total(descSlow, stats.Slow)
	total(descKicked, stats.Kicked)
	total(descExpired, stats.Expired)
	for result, n := range map[string]int64{"accepted": stats.Renewed, "refused": stats.NotRenewed} {
		out <- prometheus.MustNewConstMetric(descRenewed, prometheus.CounterValue, float64(n), result)
	}
	total(descRefused, stats.Refused)
	for reason, n := range c.hub.Refusals() {
		out <- prometheus.MustNewConstMetric(descTurnedAway, prometheus.CounterValue, float64(n), string(reason))
	}
	total(descHasty, stats.Hasty)
	total(descLimited, stats.RateLimited)
	total(descOversize, stats.Oversize+c.relay.oversize.Load())
	total(descMissed, c.relay.missed.Load())
	total(descRepeated, c.relay.repeated.Load())
	for variable, end := range c.ends {
		out <- prometheus.MustNewConstMetric(descCertificate, prometheus.GaugeValue, float64(end().Unix()), variable)
	}
}
