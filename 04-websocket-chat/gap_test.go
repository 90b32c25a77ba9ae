package chat

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// What is new waits in the queue of a client that has its seat, and the last part before it cannot be read. With what waits, the client
// would have a place behind the gap, and would never ask for what is in it.
func TestNothingIsWrittenBehindAGap(t *testing.T) {
	n, s := serveShelf(t)
	alice := n.Enter("alice", "go")
	say(alice, 1, 2)
	var asked atomic.Int64
	s.asks = func() {
		if asked.Add(1) == 2 { // it has its seat
			say(alice, 3)
			s.fail = errors.New("the replica is gone")
		}
	}
	bob := back(n, "&after=0")
	bob.Hears("1", "2")
	_, rest, err := bob.WS.ReadMessage()
	require.Truef(t, websocket.IsCloseError(err, 1013), "%s %v", rest, err)
}
