package pack

import (
	"testing"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) { redistest.Main(m) }
