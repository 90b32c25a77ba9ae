package loadtest

import (
	"fmt"
	"slices"
)

// Summary is a run in one line.
func (r *Run) Summary() string {
	s := fmt.Sprintf("%.0f deliveries/s, p50 %.1f ms, p99 %.1f ms, %.2f µs CPU a delivery", r.Deliveries, r.Late.P50, r.Late.P99, r.CPU)
	c := r.Counts
	if c.Lost+c.Repeated+c.OutOfOrder > 0 {
		s += fmt.Sprintf(", %d lost, %d repeated, %d out of order", c.Lost, c.Repeated, c.OutOfOrder)
	}
	if r.Failed != "" {
		s += "; " + r.Failed
	}
	if r.Generator.Bottleneck != "" {
		s += "; " + r.Generator.Bottleneck
	}
	return s
}

// median of an even number of values is the mean of the two in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

func medianOf[T any](list []T, value func(T) float64) float64 {
	values := make([]float64, 0, len(list))
	for _, v := range list {
		values = append(values, value(v))
	}
	return median(values)
}
