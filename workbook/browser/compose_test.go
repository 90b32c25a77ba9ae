package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const shift = 8 // as the protocol of the browser's debugger counts keys that are held

func (b tab) reload() {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.Reload()))
}

func TestEnterSendsAndShiftEnterBeginsALine(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	alice, bob := join(t, n, "alice"), join(t, n, "bob")
	alice.types("first line")
	alice.enter(shift)
	alice.types("second line")
	alice.until(`document.getElementById("text").rows === 2`)
	alice.enter(0)
	bob.last("alice", "", "first line\nsecond line")
	alice.until(`document.getElementById("text").value === "" && document.getElementById("text").rows === 1`)
}

// While a word is chosen, as when Japanese is typed, Enter ends the choice and sends nothing.
func TestEnterThatEndsTheChoiceOfAWordSendsNothing(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	_, err := chromedp.Call(b.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "にほん", SelectionStart: 3, SelectionEnd: 3})
	require.NoError(t, err)
	// The page hears of the key, but the key belongs to the input method.
	b.evaluate(`window.told = "", addEventListener("keydown", (e) => { told = e.key + " " + e.isComposing; }), true`)
	_, err = chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "rawKeyDown", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
	require.NoError(t, err)
	b.until(`told === "Enter true"`)
	_, err = chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: "日本"})
	require.NoError(t, err)
	b.until(`document.getElementById("text").value === "日本" && !document.querySelector(".mine")`)
	b.enter(0)
	b.last("alice", "", "日本")
}

func TestNothingThatWasTypedIsLost(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	b := join(t, n, "alice")
	b.types("will fail\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "failed"`)
	b.types("half a sent")
	b.reload()
	b.shows("status", "Connected")
	b.until(`document.getElementById("text").value === "half a sent"`)
	b.until(`document.querySelector(".mine")?.dataset.state === "failed"`) // and what failed is still there
	b.shows("log", "Not known whether this arrived.")
	b.picture("unsure")
	b.evaluate(`[...document.querySelectorAll(".mine button")].find((e) => e.textContent === "Edit").click(), true`)
	b.until(`document.getElementById("text").value === "will fail\nhalf a sent" && !document.querySelector(".mine")`)

	n.stop()
	b.shows("status", "Not connected")
	b.types("ence\r") // waits
	b.until(`document.querySelector(".mine")?.dataset.state === "waiting" && document.getElementById("text").value === ""`)
	n.start()
	b.shows("status", "Connected")
	b.until(`document.querySelector(".mine")?.dataset.state === "accepted" && document.getElementById("text").value === ""`)
	b.reload() // the message under way is not forgotten
	b.shows("log", "Not known whether this arrived.")
}

func TestMessageThatIsUnderWayWhenTheConnectionEndsCanBeHadAgain(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &heldRelay{}})
	b := join(t, n, "alice")
	b.types("mine\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "accepted"`)
	n.stop()
	b.shows("log", "Not known whether this arrived.")
	n.start()
	b.shows("status", "Connected")
	b.until(isJoined)
	b.evaluate(`[...document.querySelectorAll(".mine button")].find((e) => e.textContent === "Send again").click(), true`)
	b.until(`document.querySelectorAll(".mine").length === 1 && document.querySelector(".mine").dataset.state === "accepted"`)
}
