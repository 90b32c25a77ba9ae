package basics_test

import (
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// patience ends a wait for something that should have come. It says nothing
// about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	redistest.Main(m)
}
