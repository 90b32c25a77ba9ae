package loadtest

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The thread that starts servers lives as long as the process, so that they die with it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("example.com/redis-chat/01-redis-basics.startOnOneThread"))
}
