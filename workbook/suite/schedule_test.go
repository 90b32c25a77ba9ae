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
				schedule(programs, cores, func(p program) {
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
				ranCrowded := slices.DeleteFunc(slices.Clone(ran), func(path string) bool { return !slices.Contains(crowded, path) })
				require.Less(t, slices.Index(ranCrowded, crowded[0]), cores, "what takes longest is not left for the end")
				require.Equal(t, cores+1, most.all)
				require.LessOrEqual(t, most.crowded, cores)
			})
		})
	}
}

func TestNamesakesAreCompiledApart(t *testing.T) {
	packages := []testedPackage{{path: "a/check"}, {path: "a/node"}, {path: "b/check"}, {path: "b/system"}, {path: "c/check"}}
	groups := withoutNamesakes(packages)
	require.Equal(t, [][]testedPackage{
		{{path: "a/check"}, {path: "a/node"}, {path: "b/system"}},
		{{path: "b/check"}},
		{{path: "c/check"}},
	}, groups)
}
