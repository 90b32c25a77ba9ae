package browser

import (
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

// It was a person who has asked, and meant all nodes.
func TestPageThatIsAskedToLeaveStaysAwayFromAllNodesUntilThen(t *testing.T) {
	t.Parallel()
	peer := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	n := start(t, chat.Options{Node: "n1"}, "http://"+peer.addr)
	b := openWith(t, n.url("mallory"), 1100, 700, clock+watchful)
	b.shows("status", "Connected to n1")
	kicked, err := n.hub.Kick(chat.Kick{Name: "mallory", Reason: "no <b>spam</b> here", For: 90 * time.Second})
	require.NoError(t, err)
	require.Equal(t, 1, kicked)
	b.shows("status", "you were asked to leave for 90 s: no <b>spam</b> here")
	b.until(`document.getElementById("retry").hidden`)
	b.evaluate(`dispatchEvent(new Event("online")), document.getElementById("retry").click(), true`)
	wait := b.tryAgain()
	require.GreaterOrEqual(t, wait, 90_250.0)
	require.LessOrEqual(t, wait, 90_500.0)

	again := open(t, n.url("mallory"), 800, 600) // a page that is loaded anew has forgotten it, and is told again
	again.shows("status", "you were asked to leave: no <b>spam</b> here; come back in ")
	_ = again.complaints() // the browser tells of each WebSocket that does not come about
}
