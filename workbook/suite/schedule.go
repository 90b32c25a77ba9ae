package suite

import (
	"slices"
	"sync"
)

// schedule calls do for each program, and returns when all have ended. Tests wait
// more than they compute: one program more than there are cores runs at once. Of those
// that could keep the machine busy by themselves, and of the others, there are no more
// than cores: so neither starve each other. They begin in the order of crowded, as what
// takes longest must not be left for the end.
func schedule(programs []program, cores int, do func(program)) {
	isCrowded := func(p program) bool { return slices.Contains(crowded, p.path) }
	programs = slices.Clone(programs)
	slices.SortStableFunc(programs, func(a, b program) int {
		return slices.Index(crowded, a.path) - slices.Index(crowded, b.path) // matters among the crowded alone
	})
	places := make(chan struct{}, cores+1)
	lane := func(in func(program) bool) {
		laneHas := make(chan struct{}, cores)
		var running sync.WaitGroup
		for _, p := range programs {
			if in(p) {
				laneHas <- struct{}{}
				places <- struct{}{}
				running.Go(func() {
					do(p)
					<-places
					<-laneHas
				})
			}
		}
		running.Wait()
	}
	var lanes sync.WaitGroup
	lanes.Go(func() { lane(isCrowded) })
	lanes.Go(func() { lane(func(p program) bool { return !isCrowded(p) }) })
	lanes.Wait()
}
