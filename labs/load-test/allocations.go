package loadtest

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// allocations are those of our node, as its benchmarks count them.
type allocations struct {
	measured                bool
	perDelivery, perMessage float64
}

// measureAllocations runs the two benchmarks that show it: a burst to a hub's
// clients, and bursts of messages on their whole way through a node.
func measureAllocations(ctx context.Context) (a allocations, err error) {
	if a.perDelivery, err = metric(ctx, "example.com/redis-chat/04-websocket-chat", "^BenchmarkFanOut$/^hub$/^100$/^burst8$", "allocs/delivery"); err != nil {
		return a, err
	}
	if a.perMessage, err = metric(ctx, "example.com/redis-chat/05-distributed-relay", "^BenchmarkRelay$/^listeners100$/^burst32$", "allocs/message"); err != nil {
		return a, err
	}
	a.measured = true
	return a, nil
}

func metric(ctx context.Context, pkg, bench, unit string) (float64, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", bench, "-benchmem", pkg).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("go test -bench %s %s: %w: %s", bench, pkg, err, strings.TrimSpace(string(out)))
	}
	found := regexp.MustCompile(`([\d.]+) ` + regexp.QuoteMeta(unit)).FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("go test -bench %s %s: it does not tell %s", bench, pkg, unit)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}
