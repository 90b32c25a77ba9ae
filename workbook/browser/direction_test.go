package browser

import (
	"fmt"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

const (
	override  = "\u202e" // what follows runs from right to left
	popped    = "\u2069" // ends an isolation, a browser's own too
	isolating = "\u2067" // begins one, and uses up the browser's own end
)

func TestTextThatTurnsItsDirectionTurnsNothingElse(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	b := openWith(t, n.url("alice"), 1100, 700, watchful)
	b.shows("status", "Connected")
	for i, text := range []string{
		override + "abc", "abc" + override, popped + override + "abc", popped + popped + override, isolating + "abc" + override,
		override + isolating + popped + popped + override + "x", "\u05d0\u05d1\u05d2", "\u202b\u05d0", "a\n" + override + "b",
	} {
		n.hub.Deliver([]chat.Event{
			{Name: "message", Data: []byte(quote(fmt.Sprint(i, text))), From: fmt.Sprint("eve", text)},
			{Name: "moved" + text, Data: []byte(quote(text)), From: text},
		})
		b.until(fmt.Sprintf(`document.querySelectorAll(".message").length === %d`, 2*i+2))
	}
	// The user's own text stands before the page's words: why it failed, and a button.
	b.evaluate(`document.getElementById("text").value = "mine" + ` + quote(popped+override) + `, true`)
	b.types("\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "failed"`)
	b.picture("directions")
	b.inOrder()
	b.untouched()
}

func TestDetectorSeesTextThatIsTurned(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"abc" + override, popped + override + "abc"} {
		for _, tag := range []string{"span", "bdi"} {
			if tag == "bdi" && text == "abc"+override {
				continue // this one a bdi holds
			}
			b := careless(t, "", "<"+tag+">"+text+"</"+tag+"><span> and this is the page's own</span>")
			b.until(`!!document.querySelector("li span")`)
			b.until(turned + `.length > 0`)
			b.complaints()
		}
	}
}
