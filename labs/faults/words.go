package faults

import (
	"fmt"
	"time"
)

// show rounds a time to what matters.
func show(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return "0 ms"
}

// span is a range, or the one number that it is.
func span[T int | string](least, most T) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%v–%v", least, most)
}
