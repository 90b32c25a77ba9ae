package streams_test

import (
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/frame"
)

const tick = 5 * time.Millisecond

func message(text string) frame.Frame { return frame.Frame{Event: "message", Data: quoted(text)} }

// redis7 is called where nobody knows how many are gone: a server before Redis 7, or an embedded one.
func redis7(t *testing.T, c *cluster) {
	t.Helper()
	if n := c.redis(1).XInfoStream(t.Context(), c.stream()).Val().EntriesAdded; n > 0 {
		t.Fatal("the server has counted what was added, and the client was told no number")
	}
	redistest.NeedsVersion(t, 7, 0, "how many entries were added")
}
