package loadtest

import (
	"os"
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	// Nobody reads the figures of these tests: a crowd need not settle, and messages
	// that are late on a slow machine are not lost.
	settle, idleLook = 400*time.Millisecond, 200*time.Millisecond
	drainQuiet, drainMost, farewellWait = 5*time.Second, 2*time.Minute, 2*time.Minute
	var err error
	if programs, err = os.MkdirTemp("", "workbook-load-"); err != nil {
		panic(err)
	}
	redistest.Main(&removing{m, programs})
}

// removing are tests after which a folder is removed.
type removing struct {
	m      *testing.M
	folder string
}

func (r *removing) Run() int {
	code := r.m.Run()
	os.RemoveAll(r.folder)
	return code
}
