package suite

import (
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// schedule calls do for each program, and returns when all have ended. As many run at
// once as there are cores; of those that keep two cores busy by themselves half as
// many, so that they do not starve each other.
func schedule(programs []program, cores int, do func(program)) {
	isCrowded := func(p program) bool { return slices.Contains(crowded, p.path) }
	places := make(chan struct{}, cores)
	lane := func(in func(program) bool, limit int) {
		var running errgroup.Group
		running.SetLimit(limit)
		for _, p := range programs {
			if in(p) {
				running.Go(func() error {
					places <- struct{}{}
					defer func() { <-places }()
					do(p)
					return nil
				})
			}
		}
		_ = running.Wait() // do keeps its errors
	}
	var lanes sync.WaitGroup
	lanes.Go(func() { lane(isCrowded, max(1, cores/2)) })
	lanes.Go(func() { lane(func(p program) bool { return !isCrowded(p) }, cores) })
	lanes.Wait()
}
