package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

func TestAddressesBecomeLinksAndNothingElse(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, watchful)
	b.shows("status", "Connected")
	for _, c := range []struct {
		text  string
		links string // separated by spaces
	}{
		{"see https://go.dev/doc.", "https://go.dev/doc"},
		{"(https://go.dev/doc)", "https://go.dev/doc"},
		{"https://en.wikipedia.org/wiki/Go_(game), and more", "https://en.wikipedia.org/wiki/Go_(game)"},
		{"http://a.example:8080/x?y=1&z=2#w!", "http://a.example:8080/x?y=1&z=2#w"},
		{"two: http://a.example http://b.example/?", "http://a.example http://b.example/"},
		{"これ→https://go.dev/。", "https://go.dev/"},
		{`<a href="https://go.dev/">x</a>`, "https://go.dev/"},
		{"HTTPS://GO.DEV/", "HTTPS://GO.DEV/"},
		{"javascript:alert(1) data:text/html,x ftp://a.example //a.example www.a.example a.example", ""},
		{"xhttp://a.example", ""},
		{"http://", ""},
		{"https://a.example/" + override + "gpj.exe", "https://a.example/"},
		{override + "https://a.example/" + popped + "x", "https://a.example/"},
	} {
		n.say("lobby", c.text)
		b.until(`[...document.querySelectorAll(".text")].at(-1)?.textContent.startsWith(` + quote(strings.Split(c.text, popped)[0]) + `)`)
		b.until(`[...[...document.querySelectorAll(".text")].at(-1).querySelectorAll("a")].map((a) => a.textContent).join(" ") === ` + quote(c.links))
	}
	b.until(`[...document.querySelectorAll(".text a")].every((a) => a.target === "_blank" && a.rel === "noopener noreferrer" && /^https?:/.test(a.href))`)
	b.evaluate(`taken.length === 0`)
	b.inOrder()
	b.picture("links")
}
