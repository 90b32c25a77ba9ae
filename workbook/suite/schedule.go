package suite

import (
	"slices"
	"sync"
)

// schedule calls do for each program that comes, and returns when all have ended.
// Tests wait more than they compute: one program more than there are cores runs at
// once. Of those that could keep the machine busy by themselves, and of the others,
// there are no more than cores, so that neither kind starves the other.
func schedule(programs <-chan program, cores int, do func(program)) {
	places := make(chan struct{}, cores+1)
	crowdedPlaces, otherPlaces := make(chan struct{}, cores), make(chan struct{}, cores)
	var running sync.WaitGroup
	for p := range programs {
		ofItsKind := otherPlaces
		if slices.Contains(crowded, p.path) {
			ofItsKind = crowdedPlaces
		}
		running.Go(func() {
			ofItsKind <- struct{}{}
			places <- struct{}{}
			do(p)
			<-places
			<-ofItsKind
		})
	}
	running.Wait()
}
