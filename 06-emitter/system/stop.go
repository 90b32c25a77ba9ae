package system

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/redis-chat/06-emitter/system/child"
)

// Stop ends everything in order: the nodes, which tell their clients to go; then the
// observers and polls; then Redis. Afterwards nothing of ours is left running. A second
// call does nothing.
func (s *System) Stop() { s.stopOnce.Do(s.stop) }

func (s *System) stop() {
	began := time.Now()
	s.stopping.Store(true)
	if s.ready > 0 {
		s.feed.Print("\nStopping: the nodes first, then Redis.")
	}
	var nodes sync.WaitGroup
	for _, n := range s.nodes {
		nodes.Go(func() { s.endNode(n, n.Close) })
	}
	nodes.Wait()
	s.stopWatch()
	s.feed.HangUp()
	s.background.Wait()
	var errs []error
	if s.emitter != nil {
		errs = append(errs, s.emitter.Close(), s.master.Load().Close())
	}
	if s.top != nil {
		errs = append(errs, s.top.Close())
	}
	if err := errors.Join(errs...); err != nil {
		s.feed.Print("while stopping: " + err.Error())
	}
	if s.ready > 0 {
		for i, server := range s.state.get().Servers {
			if !s.ours(i, server) {
				s.feed.Print(fmt.Sprintf("%s, process %d, was started by hand and goes on; kill %d ends it.", server.Name, server.PID, server.PID))
			}
		}
		s.feed.Print(fmt.Sprintf("Stopped in %.2f s: nothing of ours is left running.", time.Since(began).Seconds()))
	}
	s.feed.Close()
}

// endNode ends a node by one of its methods, and says so when the node had to be
// killed.
func (s *System) endNode(n *child.Process, end func(time.Duration) bool) {
	if patience := s.o.Grace + slack; !end(patience) {
		s.feed.Print(fmt.Sprintf("%s had not ended after %v, and was killed.", n.Name(), patience))
	}
}

// slack is what a node may take beyond its grace period before it is killed: the
// second that its HTTP server gives to requests, and one for a busy machine.
const slack = 2 * time.Second
