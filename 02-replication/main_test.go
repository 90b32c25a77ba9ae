package replication_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}
