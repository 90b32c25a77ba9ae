package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/redis-chat/06-emitter/system/status"
	"github.com/stretchr/testify/require"
)

func TestReplicaIsKilledFromTheMapAndTheMapTellsSo(t *testing.T) {
	s := startMap(t, quick)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1000, 700)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	left.says("before")
	right.shows("log", "before")

	b.press("kill", "replica-2")
	b.becomes("replica-2", status.Gone)
	b.becomes("node-2", status.NotReady)
	b.told("done", "kill replica-2")
	b.told("done", "typed where the system runs: kill replica-2")
	b.told("noticed", "replica-2 is gone: clients of node-2 hear nothing")
	b.told("noticed", "node-2 is not ready")
	b.shows("lines", "replica-2 is gone")
	right.until(`document.body.classList.contains("degraded")`)
	b.evaluate(`document.querySelector("#part-replica-2 button[aria-label^=freeze]").title === "it is gone: restart it first"`)

	for _, text := range []string{"missed 1", "missed 2"} {
		left.says(text)
		left.until(`[...document.querySelectorAll(".mine")].at(-1).dataset.state === "placed"`)
	}
	const row = `document.querySelectorAll("#ways tbody tr")[%d].innerText.replaceAll("\tlate", "\tseen") === %q` // late: by a slow machine
	b.until(fmt.Sprintf(row, 0, "alice missed 2\tnode-1\tseen\tseen\t\tonly the sender\t"))
	b.evaluate(`late(), true`)
	b.until(fmt.Sprintf(row, 0, "alice missed 2\tnode-1\tseen\tseen\tnot yet\tonly the sender\tnot yet"))
	// On the way to the replica, and nowhere else.
	b.until(`seen.filter((line) => line.startsWith("cross: ")).sort().join() === "cross: missed 1,cross: missed 2"`)
	b.projected("map-replica-gone")
	b.evaluate(`document.querySelector("#emit button").click(), true`)
	b.told("answer", "reached 1 of 1 replicas")
	b.told("answer", "; not replica-2, which is gone")
	b.press("restart", "replica-2")
	b.becomes("replica-2", status.Up)
	b.becomes("node-2", status.Up)
	b.told("lost", "node-2: 2 messages counted as missed")
	b.told("time line counts", "−2")
	b.shows("missed", "2")
	b.until(fmt.Sprintf(row, 1, "alice missed 2\tnode-1\tseen\tseen\tlost\tonly the sender\tlost"))
	right.shows("log", "2 were missed")
	b.projected("map-time-line")
}

func TestPaneOfAKilledNodeFindsTheOther(t *testing.T) {
	s := startMap(t, quick)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1000, 700)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	b.press("kill", "node-1")
	b.becomes("node-1", status.Gone)
	left.shows("status", "node-2 as alice")
	left.says("from the other node")
	right.shows("log", "from the other node")
	b.until(`[...document.querySelectorAll("#map title")].filter((title) => title.textContent.endsWith("room lobby")).length === 2`)
	b.projected("map-node-gone")
	b.press("restart", "node-1")
	b.becomes("node-1", status.Up)
	left.shows("status", "node-1 as alice") // its own node again: words pass through Redis
	left.shows("log", "Connection lost: this page goes back to its own node.")
	left.says("from the first node")
	right.shows("log", "from the first node")
	b.until(`document.querySelector("#ways tbody tr")?.cells[1].textContent === "node-1"`)
}

func TestEveryFaultIsShownAndMended(t *testing.T) {
	s := startMap(t, quick)
	b := openMap(t, s.MapURL(), 1000, 700)
	b.shows("status", "live")
	for _, fault := range []struct{ name, harm, state, cure string }{
		{"master", "freeze", status.Frozen, "thaw"},
		{"replica-1", "cut", status.CutOff, "mend"},
		{"replica-2", "freeze", status.Frozen, "thaw"},
		{"node-2", "freeze", status.Frozen, "thaw"},
		{"master", "kill", status.Gone, "restart"},
	} {
		b.press(fault.harm, fault.name)
		b.becomes(fault.name, fault.state)
		b.told("done", fault.harm+" "+fault.name)
		b.press(fault.cure, fault.name)
		b.becomes(fault.name, status.Up)
		b.told("done", fault.cure+" "+fault.name)
	}
	for _, node := range []string{"node-1", "node-2"} {
		b.becomes(node, status.Up)
	}
}

// A page of another site can neither press the buttons nor read what the map shows.
func TestForeignPageCannotTouchTheMap(t *testing.T) {
	s := startMap(t, slow)
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>evil</title><p id=status>"))
	}))
	t.Cleanup(evil.Close)
	b := open(t, evil.URL, 800, 600)
	b.evaluate(fmt.Sprintf(`window.answers = [], Promise.all([
		fetch(%[1]q + "/do", {method: "POST", mode: "no-cors", headers: {"Content-Type": "text/plain"}, body: '{"action":"kill","target":"replica-1"}'}),
		fetch(%[1]q + "/do", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"action":"kill","target":"replica-1"}'}),
		fetch(%[1]q + "/").then((answer) => answer.text()),
		fetch(%[1]q + "/events").then((answer) => answer.text()),
	].map((tried) => tried.then(() => answers.push("through"), () => answers.push("refused")))), true`, s.MapURL()))
	b.until(`answers.length === 4`)
	b.evaluate(`answers.filter((answer) => answer === "refused").length === 4`)
	require.NotEmpty(t, b.complaints(), "the browser says so")
	require.Equal(t, status.Up, s.State().Servers[1].State)
}
