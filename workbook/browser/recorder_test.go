package browser

import (
	"fmt"
	"testing"
)

// recording runs before the map's own script. It notes all that the map shows and that does not stay: the state of each
// part, news, answers, and which messages got a cross. A test asks what has been seen so far, because a thing that
// shows for a second may be over when the test looks.
const recording = `
window.seen = [];
{
	const last = new Map(), told = new Set();
	const now = (what, value) => {
		if (last.get(what) === value) return;
		last.set(what, value);
		seen.push(what + ": " + value);
	};
	const once = (line) => {
		if (told.has(line)) return;
		told.add(line);
		seen.push(line);
	};
	const look = (changes) => {
		for (const name of document.querySelectorAll("#map [data-state] > .name")) now("picture of " + name.textContent, name.parentNode.dataset.state);
		for (const badge of document.querySelectorAll(".part .badge")) now("card of " + badge.closest(".part").id.replace("part-", ""), badge.textContent);
		const states = [...document.querySelectorAll("#timeline .lanes title")].map((bar) => bar.textContent.split(": "));
		for (const [name, state] of new Map(states)) now("time line of " + name, state); // its last bar
		for (const count of document.querySelectorAll("#timeline .lost text")) once("time line counts: " + count.textContent);
		for (const moment of document.querySelectorAll("#moments li[class]")) once(moment.className + ": " + moment.textContent);
		const answer = document.getElementById("answer")?.textContent;
		if (answer) now("answer", answer);
		for (const output of document.querySelectorAll(".known output")) if (output.textContent) now("answer of " + output.closest(".part").id.replace("part-", ""), output.textContent);
		for (const { addedNodes } of changes) {
			for (const node of addedNodes) if (node.nodeType === 1 && node.matches(".dot.failed")) seen.push("cross: " + node.querySelector(".said")?.textContent);
		}
	};
	new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["data-state", "class"] });
	// mark begins anew, with what is so now.
	window.mark = () => { seen = [...last].map(([what, value]) => what + ": " + value); };
}
`

// late is a moment at which the map says that a message has not come everywhere. The map decides that a second after
// the message was seen at the master. Here it decides when a test calls late(), as on a slow machine nothing comes
// within a second.
const late = `
{
	const real = setTimeout, waiting = [];
	window.setTimeout = (f, ms, ...more) => ms === 1000 ? waiting.push(f) : real(f, ms, ...more);
	window.late = () => waiting.splice(0).forEach((f) => f());
}
`

// openMap opens the map of a system in a tab that records.
func openMap(t *testing.T, url string, width, height int64) tab {
	t.Helper()
	return openWith(t, url, width, height, recording+late)
}

// press presses a button of a part's card, as soon as it can be pressed. It first forgets all that has been seen before.
func (b tab) press(action, name string) {
	b.t.Helper()
	button := fmt.Sprintf(`[...document.querySelectorAll("#part-%s button")].find((button) => button.textContent === %q)`, name, action)
	b.until(fmt.Sprintf(`%s && !%s.disabled && (mark(), %s.click(), true)`, button, button, button))
}

// told waits for a moment in the list below the time line, since the last button was pressed.
func (b tab) told(kind, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`seen.some((line) => line.startsWith(%q) && line.includes(%q))`, kind+": ", text))
}

// becomes waits until the map has shown a part in that state, since the last button was pressed: in the picture, on its
// card, on the time line.
func (b tab) becomes(name, state string) {
	b.t.Helper()
	for _, where := range []string{"picture", "card", "time line"} {
		b.until(fmt.Sprintf(`seen.includes(%q)`, where+" of "+name+": "+state))
	}
}
