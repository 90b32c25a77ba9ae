package browser

import (
	"fmt"
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// counting runs before the page's own script. With each frame that the browser draws it notes how many elements were
// put in and taken out since the last one.
const counting = `
window.frames = { put: [], taken: [] };
let put = 0, taken = 0;
const size = (node) => node.tagName === "LI" ? 1 + node.querySelectorAll("*").length : 1; // a list's lines come one by one
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { addedNodes, removedNodes } of changes) {
    for (const node of addedNodes) put += size(node);
    for (const node of removedNodes) taken += size(node);
  }
}).observe(document, { childList: true, subtree: true }));
const count = () => { frames.put.push(put), frames.taken.push(taken), put = taken = 0, requestAnimationFrame(count); };
requestAnimationFrame(count);`

// crowd puts people into a room, on another node.
func (n *node) crowd(room string, people int) {
	names := make([]string, people)
	for i := range names {
		names[i] = fmt.Sprintf("person %03d", i)
	}
	n.hub.ApplyPresence("n2", chat.PresenceUpdate{Joined: map[string][]string{room: names}})
}

func number(b tab, expression string) float64 {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[float64](expression))
	require.NoError(b.t, err)
	return n
}

// spent returns how many milliseconds the tab has spent until now on layout, style, and in all.
func (b tab) spent() (layout, style, all float64) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{})
	require.NoError(b.t, err)
	result, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	require.NoError(b.t, err)
	values := map[string]float64{}
	for _, m := range result.Metrics {
		values[m.Name] = 1000 * m.Value
	}
	return values["LayoutDuration"], values["RecalcStyleDuration"], values["TaskDuration"]
}

// timed logs the time that the browser spent on something. It asserts nothing: another machine has other times.
func (b tab) timed(what string, do func()) {
	b.t.Helper()
	layout, style, all := b.spent()
	do()
	layout2, style2, all2 := b.spent()
	b.t.Logf("%s: layout %.0f ms, style %.0f ms, all tasks %.0f ms", what, layout2-layout, style2-style, all2-all)
}

func TestFloodLeavesThePageBounded(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", MaxQueueBytes: 64 << 20})
	b := openWith(t, n.url("alice"), 1100, 700, counting)
	b.shows("status", "Connected")
	n.crowd("lobby", 200)
	b.shows("present-title", "Here now: 201")
	b.until(`document.querySelectorAll("#present li").length === 201`) // 200 names, and that there is one more
	b.timed("7,000 messages", func() {
		for range 7 {
			n.lines("lobby", "flood", 1000)
		}
		n.lines("lobby", "the last", 1)
		b.until(`document.querySelector(".history ol:last-child .message:last-child .text")?.textContent === "the last 1"`)
		b.settle()
	})
	b.until(atEnd + ` && document.getElementById("jump").hidden`)

	require.EqualValues(t, 5000, number(b, `document.querySelectorAll("#log .message").length`))
	require.LessOrEqual(t, number(b, `document.querySelectorAll("#log li").length`), 5002.0)
	require.LessOrEqual(t, number(b, `document.querySelectorAll("*").length`), 5002*5+1000.0)
	b.until(`document.querySelector(".older").textContent.endsWith(" older lines are no longer kept.")`)
	// A frame gets 250 lines of 5 elements, and a few other things.
	require.LessOrEqual(t, number(b, `Math.max(...frames.put)`), 250*5+300.0)
	require.LessOrEqual(t, number(b, `Math.max(...frames.taken)`), 250*5+300.0)
	b.scrollsThrough()
	b.picture("flood")
}

// scrollsThrough scrolls from the first line to the last and requires that few of them are laid out at any time: those
// in sight and some around them.
func (b tab) scrollsThrough() {
	b.t.Helper()
	b.evaluate(`window.laidOut = new Set(), window.most = 0, window.through = false, (() => {
		const log = document.getElementById("log");
		for (const list of log.querySelectorAll(".history ol")) {
			list.addEventListener("contentvisibilityautostatechange", (e) => e.skipped ? laidOut.delete(list) : laidOut.add(list));
		}
		log.scrollTop = 0;
	})(), true`)
	b.settle()
	b.timed("scrolling through 5,000 lines in 50 frames", func() {
		b.evaluate(`(() => {
			const log = document.getElementById("log");
			let at = 0;
			const step = () => {
				most = Math.max(most, [...laidOut].reduce((n, list) => n + list.childElementCount, 0));
				log.scrollTop = log.scrollHeight * at / 50;
				if (at++ < 50) requestAnimationFrame(step); else through = true;
			};
			requestAnimationFrame(step);
		})(), true`)
		b.until(`through`)
	})
	most := number(b, `most`)
	require.Greater(b.t, most, 20.0)
	require.LessOrEqual(b.t, most, 250.0)
	b.t.Logf("at most %v of 5,000 lines were laid out at once", most)
	b.timed("another width, with 5,000 lines", func() {
		require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1000, 700)))
		b.settle()
	})
}

// Few lines can be much text: the page's lines are bounded in characters, too.
func TestFloodOfLongLinesLeavesThePageBounded(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", MaxQueueBytes: 64 << 20})
	b := join(t, n, "alice")
	b.timed("80 messages of 60,000 characters", func() {
		n.lines("lobby", strings.Repeat("long ", 12_000), 80)
		n.say("lobby", "the last")
		b.until(`document.querySelector(".history ol:last-child .message:last-child .text")?.textContent === "the last"`)
		b.settle()
	})
	b.until(atEnd + ` && document.getElementById("jump").hidden`) // where it was all the time
	kept := number(b, `document.getElementById("log").textContent.length`)
	require.Greater(t, kept, 3.8e6)
	require.Less(t, kept, 4.1e6)
	b.until(`document.querySelector(".older").textContent.endsWith(" older lines are no longer kept.")`)
	b.until(`[...document.querySelectorAll(".history ol")].every((list) => list.textContent.length < 200_000)`) // each is laid out as a whole
	// The lines that wait to be drawn are bounded in the same way.
	b.evaluate(`window.kept = 0, import("/page/history.js").then(({ History }) => {
		const history = new History(() => {});
		for (let i = 0; i < 200; i++) history.add({ long: 60_000, make: () => document.createElement("li") });
		kept = history.queue.length;
	}), true`)
	b.until(`kept === 66`)
}

func TestOneOfTwoHundredPeopleIsOneLine(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, counting)
	b.shows("status", "Connected")
	n.crowd("lobby", 190)
	b.shows("present-title", "Here now: 191")
	b.settle()
	b.evaluate(`frames.put.length = frames.taken.length = 0, true`)
	n.hub.ApplyPresence("n2", chat.PresenceUpdate{
		Joined: map[string][]string{"lobby": {"person 100a", "zoe"}}, Left: map[string][]string{"lobby": {"person 050"}},
	})
	b.shows("present-title", "Here now: 192") // the second frame: who left is told a second later
	b.settle()
	b.until(`[...document.querySelectorAll("#present li bdi")].map((e) => e.textContent).join() ===
		["alice", ...Array.from({ length: 190 }, (_, i) => "person " + String(i).padStart(3, "0")).filter((name) => name !== "person 050"), "person 100a", "zoe"].sort().join()`)
	require.LessOrEqual(t, number(b, `frames.put.reduce((a, b) => a + b, 0)`), 20.0)
	require.LessOrEqual(t, number(b, `frames.taken.reduce((a, b) => a + b, 0)`), 20.0)
	b.until(`!document.getElementById("log").innerText.includes("zoe")`) // in a crowd nobody wants to read who comes and goes
	b.picture("crowd")
}
