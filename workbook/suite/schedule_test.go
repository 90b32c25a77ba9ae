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

func TestAsManyRunAtOnceAsThereAreCores(t *testing.T) {
	var programs []program
	for _, path := range crowded {
		programs = append(programs, program{testedPackage: testedPackage{path: path}})
	}
	for i := range 20 {
		programs = append(programs, program{testedPackage: testedPackage{path: fmt.Sprint("other ", i)}})
	}
	for cores, want := range map[int]struct{ all, crowded int }{1: {1, 1}, 2: {2, 1}, 3: {3, 1}, 8: {8, 4}} {
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
				slices.Sort(ran)
				require.Len(t, slices.Compact(ran), len(programs), "each once")
				require.Equal(t, want.all, most.all)
				require.Equal(t, want.crowded, most.crowded)
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
