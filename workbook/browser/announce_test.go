package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

func TestNewMessagesAreReadAloudButNoFloodOfThem(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	// Each time that the live region changes, a screen reader speaks.
	b := openWith(t, n.url("alice"), 1100, 700, clock+`window.spoken = []; addEventListener("DOMContentLoaded", () =>
		new MutationObserver(() => spoken.push(document.getElementById("announce").textContent)).observe(document.getElementById("announce"), { childList: true }));`)
	b.shows("status", "Connected")
	b.until(`document.getElementById("announce").ariaLive === "polite"`)
	b.shows("log", "You are alice")
	b.evaluate(`pass(999), spoken.length === 0`)
	b.evaluate(`pass(1), true`)
	b.until(`spoken.length === 1`)
	n.say("lobby", "hello")
	b.shows("log", "hello")
	b.evaluate(`pass(1000), true`)
	b.until(`spoken.at(-1) === "bob: hello"`)
	n.say("lobby", strings.Repeat("long ", 1000))
	b.shows("log", "long")
	b.evaluate(`pass(1000), true`)
	b.until(`spoken.at(-1) === ("bob: " + "long ".repeat(1000)).slice(0, 200) + "…"`) // nobody can stop it, and it can be read
	n.lines("lobby", "flood", 1000)
	b.shows("log", "flood 1000")
	b.evaluate(`pass(1000), true`)
	b.until(`spoken.at(-1) === "1,000 new messages"`)
	b.evaluate(`pass(10_000), spoken.length === 4`)
}
