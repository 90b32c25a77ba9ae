package basics_test

import (
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// needsTour skips a test of the tour on a real server that is too old for it, as
// those of Ubuntu 22.04 and Debian 11 are.
func needsTour(t *testing.T) {
	t.Helper()
	redistest.NeedsVersion(t, 6, 2, "GETDEL, LMOVE and ZRANGE BYSCORE, which the tour shows,")
}
