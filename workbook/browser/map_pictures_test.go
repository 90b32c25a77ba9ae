package browser

import (
	"os"
	"testing"

	"example.com/redis-chat/06-emitter/system/status"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The pictures of the READMEs, in the order in which somebody would see it: a message on its way, a chat, a replica that
// dies. make pictures puts them into docs/pictures.
func TestPicturesOfTheREADMEs(t *testing.T) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Skip("only pictures come of it: run it by make pictures, or name a folder in SCREENSHOTS")
	}
	s := startMap(t, quick)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1680, 1000)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	left.says("Is anybody at the other node?")
	right.shows("log", "Is anybody at the other node?")
	right.says("I am. And my answer took the same way back.")
	left.shows("log", "the same way back")
	b.until(`document.querySelector("#map .dot") === null`)
	// The moment when all ways are in sight: the dots leave the master for both replicas.
	b.evaluate(`window.caught = new Promise((done) => new MutationObserver((news) => {
		if (document.querySelectorAll("#map .dot").length === 2) setTimeout(done, 200);
	}).observe(document.querySelector("#map .dots"), { childList: true })), true`)
	left.says("Good to know.")
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`caught.then(() => true)`, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	b.picture("readme-map")

	b.press("kill", "replica-2")
	b.told("noticed", "node-2 is not ready")
	for _, text := range []string{"Who hears this?", "Not bob: his node's replica is gone."} {
		left.says(text)
		left.until(`[...document.querySelectorAll(".mine")].at(-1).dataset.state === "placed"`)
	}
	b.evaluate(`late(), true`)
	b.until(`document.querySelectorAll("#ways tbody tr").length === 5`)
	b.press("restart", "replica-2")
	b.told("lost", "2 messages counted as missed")
	b.becomes("node-2", status.Up)
	b.until(`document.querySelector("#map .dot") === null`)
	b.evaluate(`document.activeElement.blur(), true`)
	b.picture("readme-replica")

	chat := open(t, nodes[0].URL+"/?name=carol&room=lobby", 1100, 620)
	chat.shows("status", "node-1 as carol")
	right.says("Carol! You have missed nothing: https://redis.io/docs/latest/develop/pubsub/ tells why nobody could count it.")
	chat.shows("log", "tells why")
	_, err = s.Emit(t.Context(), "lobby", "The workshop goes on in five minutes.")
	require.NoError(t, err)
	chat.shows("log", "five minutes")
	chat.types("Then I have time for a coffee.\r")
	chat.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	chat.picture("readme-chat")
}
