package faults

import (
	"fmt"
	"time"
)

// show writes a time with the digits that matter.
func show(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return "0 ms"
}

// span writes a range, or one number when both ends are equal.
func span[T int | string](least, most T) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%v–%v", least, most)
}
