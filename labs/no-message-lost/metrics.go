package streams

import "github.com/prometheus/client_golang/prometheus"

// counted shows what this lab counts beside chapter 05's metrics.
type counted struct{ *carrier }

var (
	descAged      = prometheus.NewDesc("chat_stream_aged_total", "Messages that this node had taken out of the stream because they were older than STREAM_AGE.", nil, nil)
	descAgain     = prometheus.NewDesc("chat_messages_again_total", "Messages that were sent again, and not delivered again, as their key was known.", nil, nil)
	descKeys      = prometheus.NewDesc("chat_keys", "Keys of messages that are remembered.", nil, nil)
	descForgotten = prometheus.NewDesc("chat_keys_forgotten_total", "Keys that were forgotten before their two minutes were over, because there were too many.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c counted) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements prometheus.Collector.
func (c counted) Collect(out chan<- prometheus.Metric) {
	again, remembered, forgotten := c.keys.counts()
	out <- prometheus.MustNewConstMetric(descAged, prometheus.CounterValue, float64(c.aging.trimmed.Load()))
	out <- prometheus.MustNewConstMetric(descAgain, prometheus.CounterValue, float64(again))
	out <- prometheus.MustNewConstMetric(descKeys, prometheus.GaugeValue, float64(remembered))
	out <- prometheus.MustNewConstMetric(descForgotten, prometheus.CounterValue, float64(forgotten))
}
