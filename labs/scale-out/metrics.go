package scaleout

import "github.com/prometheus/client_golang/prometheus"

// Parts shows beside chapter 05's metrics which sets, or shards, deliver: chat_ready stays 1 while any of them does, as /readyz stays 200. A node that
// is leaving is no news of its sets, so they are not 0 for that.
type Parts struct {
	Names []string
	Ready func(name string) (reason string, ready bool) // a relay's Part
}

var descPart = prometheus.NewDesc("chat_part_ready", "1 while a set of servers delivers to this node, by its name, else 0.", []string{"part"}, nil)

// Describe implements prometheus.Collector.
func (p Parts) Describe(out chan<- *prometheus.Desc) { out <- descPart }

// Collect implements prometheus.Collector.
func (p Parts) Collect(out chan<- prometheus.Metric) {
	for _, name := range p.Names {
		ready := 0.0
		if _, ok := p.Ready(name); ok {
			ready = 1
		}
		out <- prometheus.MustNewConstMetric(descPart, prometheus.GaugeValue, ready, name)
	}
}
