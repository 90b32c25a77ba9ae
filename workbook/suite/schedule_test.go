package suite

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCoresDecideHowManyRunAtOnce(t *testing.T) {
	var programs []program
	feed := func() <-chan program {
		c := make(chan program, len(programs))
		for _, p := range programs {
			c <- p
		}
		close(c)
		return c
	}
	for _, path := range crowded {
		programs = append(programs, program{testedPackage: testedPackage{path: path}})
	}
	for i := range 20 {
		programs = append(programs, program{testedPackage: testedPackage{path: fmt.Sprint("other ", i)}})
	}
	for _, cores := range []int{1, 2, 3, 8} {
		t.Run(fmt.Sprint(cores), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var running, most struct{ all, crowded int }
				var ran []string
				schedule(feed(), cores, func(p program) {
					weight := 0
					if slices.Contains(crowded, p.path) {
						weight = 1
					}
					mu.Lock()
					ran = append(ran, p.path)
					running.all++
					running.crowded += weight
					most.all, most.crowded = max(most.all, running.all), max(most.crowded, running.crowded)
					mu.Unlock()
					time.Sleep(time.Second) // all of them take equally long
					mu.Lock()
					running.all--
					running.crowded -= weight
					mu.Unlock()
				})
				require.Len(t, ran, len(programs))
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(ran))), len(programs), "each once")
				require.Equal(t, cores+1, most.all)
				require.LessOrEqual(t, most.crowded, cores)
			})
		})
	}
}
