package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

// rename asks for another name, as the button and the form do.
func (b tab) rename(name string) {
	b.t.Helper()
	b.evaluate(`document.getElementById("rename").click(), true`)
	b.until(`document.activeElement.id === "name"`)
	b.evaluate(`document.getElementById("name").value = ` + quote(name) + `, true`)
	b.types("\r")
	b.shows("status", "Connected to n1 as "+name)
}

func TestWhoChangesTheNameIsThereOnce(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	alice, bob := join(t, n, "alice"), join(t, n, "bob")
	for _, name := range []string{"ann", "anna"} {
		alice.rename(name)
		bob.shows("present", name)
		bob.shows("present-title", "Here now: 2")
		bob.until(`[...document.querySelectorAll("#present bdi")].map((e) => e.textContent).join() === ` + quote(name+",bob"))
		require.Eventually(t, func() bool { return n.hub.Stats().Connections == 2 }, patience, tick)
	}
}

// The page asks a node why it refuses. A late answer must not call back a user who has gone on meanwhile.
func TestLateAnswerDoesNotEndTheNextConnection(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.door.set("1")
	b := openWith(t, n.url("alice"), 1100, 700, watchful+`
window.asked = [], window.fetch = (url, { signal }) => new Promise((answer) => asked.push({ answer, signal }));`)
	b.until(`asked.length === 1`)
	n.door.set("")
	b.rename("ann")
	b.evaluate(`asked[0].signal.aborted`)
	b.evaluate(`asked[0].answer(new Response("full", { status: 503 })), true`)
	b.settle()
	b.shows("status", "Connected to n1 as ann")
	b.evaluate(`sockets.length === 2 && asked.length === 1`)
	require.Equal(t, 1, n.hub.Stats().Connections)
}
