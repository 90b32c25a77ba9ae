package browser

import (
	"net/url"
	"os"
	"strconv"
	"testing"

	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/status"
	"github.com/stretchr/testify/require"
)

// A map that is left open over a restart of the system shows the new one, and its buttons work.
func TestMapThatIsLeftOpenShowsTheNextSystem(t *testing.T) {
	s := startMap(t, quick)
	at, err := url.Parse(s.MapURL())
	require.NoError(t, err)
	port, err := strconv.Atoi(at.Port())
	require.NoError(t, err)
	b := openMap(t, s.MapURL(), 1280, 720)
	nodes := s.State().Nodes
	b.panes(t, nodes[0].URL, nodes[1].URL) // whose pages are there as a whole: no file of them is missing later
	b.evaluate(`window.first = true`)
	s.Stop()
	b.shows("status", "the system has ended, or does not answer")
	b.until(`document.body.classList.contains("lost")`)
	b.settle()
	b.picture("map-ended")

	self, err := os.Executable()
	require.NoError(t, err)
	next, err := system.Start(t.Context(), system.Options{Redis: "embedded", MapPort: port, Node: []string{self, "node", quick}})
	require.NoError(t, err)
	t.Cleanup(next.Stop)
	require.Equal(t, s.MapURL(), next.MapURL())
	b.until(`window.first === undefined && document.getElementById("status").innerText === "live"`)
	b.until(`!document.body.classList.contains("lost")`)
	b.press("kill", "replica-2")
	b.becomes("replica-2", status.Gone)
	b.told("answer of replica-2", "kill replica-2: done")
	b.pane(next.State().Nodes[0].URL, "node-1 as alice")
	b.complaints() // that nobody answered meanwhile is no mistake of the page
}

// What came of a deed stands where it was done.
func TestAnswerStandsAtThePartThatWasBroken(t *testing.T) {
	s := startMap(t, quick)
	b := openMap(t, s.MapURL(), 1280, 720)
	b.shows("status", "live")
	b.press("kill", "master")
	b.told("answer of master", "kill master: done")
	b.evaluate(`document.getElementById("answer").textContent === ""`)
	b.becomes("master", status.Gone)
	b.evaluate(`document.querySelector("#emit button").click(), true`)
	b.told("answer", "nobody answers there")
	b.settle()
	b.picture("map-answers")
	b.evaluate(`!seen.some((line) => line.startsWith("answer of ") && line.includes("nobody answers there"))`)
}
