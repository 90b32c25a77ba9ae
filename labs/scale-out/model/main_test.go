package model

import (
	"testing"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}
