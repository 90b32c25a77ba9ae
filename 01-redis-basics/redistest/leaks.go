package redistest

import (
	"time"

	"go.uber.org/goleak"
)

// Main is a package's TestMain: it runs the tests, and fails when goroutines are left
// behind that options do not name. goleak alone waits half a second for goroutines
// that are about to end: too short on a busy machine.
func Main(m goleak.TestingM, options ...goleak.Option) {
	// The thread that starts servers lives as long as the process, so that the servers die
	// with the process.
	options = append(options, goleak.IgnoreAnyFunction("example.com/redis-chat/01-redis-basics/launch.startOnOneThread"))
	goleak.VerifyTestMain(&settling{m, options}, options...)
}

// settling are tests that have ended when their goroutines have.
type settling struct {
	m       goleak.TestingM
	options []goleak.Option
}

func (s *settling) Run() int {
	code := s.m.Run()
	for until := time.Now().Add(patience); code == 0 && time.Now().Before(until); {
		if goleak.Find(s.options...) == nil { // it waits itself
			break
		}
	}
	return code
}
