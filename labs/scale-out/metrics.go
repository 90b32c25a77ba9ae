package scaleout

import "github.com/prometheus/client_golang/prometheus"

// parts shows beside chapter 05's metrics which sets deliver: chat_ready stays 1 while any of them does, as /readyz stays 200. Each is what
// Part says. A node that is leaving is no news of its sets, so they are not 0 for that.
type parts struct{ *Sets }

var descPart = prometheus.NewDesc("chat_part_ready", "1 while a set of servers delivers to this node, by its name, else 0.", []string{"part"}, nil)

// Describe implements prometheus.Collector.
func (p parts) Describe(out chan<- *prometheus.Desc) { out <- descPart }

// Collect implements prometheus.Collector.
func (p parts) Collect(out chan<- prometheus.Metric) {
	for _, x := range p.sets {
		ready := 0.0
		if _, ok := p.Part(x.name); ok {
			ready = 1
		}
		out <- prometheus.MustNewConstMetric(descPart, prometheus.GaugeValue, ready, x.name)
	}
}
