package scaleout

import "github.com/prometheus/client_golang/prometheus"

// Beside chapter 05's metrics this shows which parts deliver: chat_ready stays 1 while any of them does, as /readyz stays 200. A node that
// is leaving is no news of its parts, so they are not 0 for that.
var descPart = prometheus.NewDesc("chat_part_ready", "1 while a set of servers delivers to this node, by its name, else 0.", []string{"part"}, nil)

// Describe implements prometheus.Collector.
func (s *Several) Describe(out chan<- *prometheus.Desc) { out <- descPart }

// Collect implements prometheus.Collector.
func (s *Several) Collect(out chan<- prometheus.Metric) {
	for i, r := range s.relays {
		ready := 0.0
		if _, ok := r.Ready(); ok {
			ready = 1
		}
		out <- prometheus.MustNewConstMetric(descPart, prometheus.GaugeValue, ready, s.names[i])
	}
}
