package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
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
		{"(see [http://a.example/(x)[y]{z}]).", "http://a.example/(x)[y]{z}"},
		{"http://a.example/)](}", "http://a.example/)]("},
		{"https://a.example/" + strings.Repeat("x", 2030), "https://a.example/" + strings.Repeat("x", 2030)},
		{"https://a.example/" + strings.Repeat("x", 2031), ""},
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

// With 60,000 brackets, the page counted all of them anew for each, and stood still for a minute.
func TestAddressFullOfBracketsDoesNotStopThePage(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", MaxQueueBytes: 64 << 20})
	b := join(t, n, "alice")
	// The page may cut, search or split only so many characters of text: a few times the length of each message.
	b.evaluate(`window.work = 0, ["split", "slice"].forEach((does) => {
		const real = String.prototype[does];
		String.prototype[does] = function (...how) { work += this.length; return real.apply(this, how); };
	}), true`)
	for _, brackets := range []string{")", "]", "}", "(", "()", ").", "]}"} {
		text := "http://a/" + strings.Repeat(brackets, 60_000/len(brackets))
		n.say("lobby", text)
		b.until(`[...document.querySelectorAll(".text")].at(-1)?.textContent === ` + quote(text))
		require.Less(t, number(b, `work`), 1e6, brackets)
		b.evaluate(`work = 0, true`)
	}
}
