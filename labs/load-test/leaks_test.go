package loadtest

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Here nothing is measured that a person reads: a crowd need not settle, and what
	// a slow machine brings late is not lost.
	settle, idleLook = 400*time.Millisecond, 200*time.Millisecond
	drainQuiet, drainMost, farewellWait = 5*time.Second, 2*time.Minute, 2*time.Minute
	var err error
	if programs, err = os.MkdirTemp("", "workbook-load-"); err != nil {
		panic(err)
	}
	// The thread that starts servers lives as long as the process, so that they die with it.
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(programs)
		os.Exit(code)
	}), goleak.IgnoreAnyFunction("example.com/redis-chat/01-redis-basics.startOnOneThread"))
}
