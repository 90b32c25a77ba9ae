package redistest

import (
	"testing"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Sentinel starts a real Sentinel, which watches nothing, and returns its host:port.
// It ends with the test. See NeedsServer.
func Sentinel(t testing.TB) (addr string) {
	t.Helper()
	return Process(t, launch.ProcessOptions{Sentinel: []string{"# nothing to watch"}}).Addr()
}
