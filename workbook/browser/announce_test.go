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
	b := openWith(t, n.url("alice"), 1100, 700, `window.spoken = []; addEventListener("DOMContentLoaded", () =>
		new MutationObserver(() => spoken.push(document.getElementById("announce").textContent)).observe(document.getElementById("announce"), { childList: true }));`)
	b.shows("status", "Connected")
	b.until(`document.getElementById("announce").ariaLive === "polite"`)
	b.until(`spoken.length === 1`) // who one is
	n.say("lobby", "hello")
	b.until(`spoken.at(-1) === "bob: hello"`)
	n.say("lobby", strings.Repeat("long ", 1000))
	b.until(`spoken.at(-1) === ("bob: " + "long ".repeat(1000)).slice(0, 200) + "…"`) // nobody can stop it, and it can be read
	n.lines("lobby", "flood", 1000)
	b.until(`spoken.at(-1).endsWith("new messages")`)
	b.until(`[...spoken].reduce((sum, line) => sum + (parseInt(line.replace(",", "")) || 0), 0) === 1000`)
	b.evaluate(`spoken.length <= 5`) // a second each, and the thousand come within one or two
}
