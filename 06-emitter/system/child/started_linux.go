package child

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// loaded is when this program's own code began to run.
var loaded = time.Now()

// ProcessStart is when the kernel started this process, to ten milliseconds: the time
// that Go needs before main counts too.
func ProcessStart() time.Time {
	stat, err := os.ReadFile("/proc/self/stat")
	uptime, err2 := os.ReadFile("/proc/uptime")
	_, after, ok := strings.Cut(string(stat), ") ") // the name before may contain anything
	fields := strings.Fields(after)
	if err != nil || err2 != nil || !ok || len(fields) < 20 {
		return loaded
	}
	var ticks int64
	var up float64
	_, err = fmt.Sscan(fields[19], &ticks) // field 22 of proc(5): starttime, in ticks of 10 ms since boot
	_, err2 = fmt.Sscan(string(uptime), &up)
	age := time.Duration(up*float64(time.Second)) - time.Duration(ticks)*10*time.Millisecond
	start := time.Now().Add(-age)
	if err != nil || err2 != nil || start.After(loaded) || loaded.Sub(start) > time.Second {
		return loaded // in a container the two may count from different moments
	}
	return start
}
