package browser

import (
	"strings"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// all shows something of everything that the page can show.
func (n *node) all(b tab) {
	n.t.Helper()
	b.addRoom("go")
	n.say("lobby", "unread")
	n.hub.Degrade("the replica is silent")
	n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"Hello!"`)}, {Name: "moved", Data: []byte(`{"x":1}`), From: "carol"}})
	for _, name := range []string{"bob", "a", "b", "c", "d", "e", "f"} { // names of all colours
		n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"see https://go.dev/"`), From: name, Rooms: []string{"go"}}})
	}
	b.types("hello\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "failed" && document.getElementById("missing").innerText !== "" && document.getElementById("unread").innerText !== ""`)
	b.until(`document.querySelectorAll(".message").length === 10`)
}

func TestChatPageKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	needsAxe(t)
	for _, lang := range []string{"en", "ja"} {
		n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
		form := open(t, "http://"+n.addr+"/?lang="+lang, 1100, 700)
		form.until(`document.activeElement.id === "name"`)
		form.accessible()
		form.close()

		alice := open(t, n.url("alice")+"&lang="+lang, 1100, 700)
		alice.shows("status", "n1")
		n.all(alice)
		alice.accessible()
		alice.picture("all-dark-" + lang)
		alice.scheme("light")
		alice.picture("all-light-" + lang)
	}
}

func TestStatesOfTheChatPageKeepNobodyOut(t *testing.T) {
	t.Parallel()
	needsAxe(t)
	n := start(t, chat.Options{Node: "n1"})
	refused := open(t, n.url(strings.Repeat("x", 33)), 1100, 700)
	refused.shows("refused", "a name is")
	refused.accessible()
	refused.picture("refused-dark")

	small := open(t, n.url("alice"), 320, 640)
	small.shows("status", "Connected")
	n.lines("lobby", "before", 30)
	small.until(`document.querySelectorAll(".message").length === 30`)
	small.evaluate(`document.getElementById("log").scrollTop = 0, true`)
	small.settle()
	n.lines("lobby", "after", 3)
	small.until(`!document.getElementById("jump").hidden`)
	small.evaluate(`document.querySelector("#people-panel summary").click(), true`)
	small.accessible()
	small.picture("small-people-dark")
	small.evaluate(`document.querySelector("#rooms-panel summary").click(), true`)
	small.accessible()
	small.picture("small-rooms-dark")
	n.stop()
	small.shows("status", "Not connected")
	small.accessible()
	small.picture("small-offline-dark")
}

// A check that finds nothing anywhere would be worth nothing.
func TestAxeSeesWhatKeepsPeopleOut(t *testing.T) {
	t.Parallel()
	needsAxe(t)
	b := careless(t, "", `<button></button><p style="color:#999;background:#fff">pale</p><input>`)
	b.until(`!!document.querySelector("#log input")`)
	found := strings.Join(b.obstacles(everything), "\n")
	for _, rule := range []string{"button-name", "color-contrast", "label"} {
		require.Contains(t, found, rule+": ")
	}
}

// tabTo presses the Tab key until what a selector names has the focus.
func (b tab) tabTo(selector string) {
	b.t.Helper()
	at := func() bool {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.activeElement.matches(`+quote(selector)+`)`))
		require.NoError(b.t, err)
		return ok
	}
	for range 40 {
		if b.types("\t"); at() {
			b.evaluate(`document.activeElement.matches(":focus-visible") && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`)
			return
		}
	}
	require.Fail(b.t, "Tab never comes to "+selector)
}

func TestKeyboardAloneIsEnough(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, "http://"+n.addr+"/", 360, 640)
	b.until(`document.activeElement.id === "name"`)
	b.types("alice\tlobby\r")
	b.shows("status", "Connected")
	b.tabTo("#rooms-panel summary")
	b.enter(0)
	b.tabTo("#another")
	b.types("go\r")
	b.shows("where", "go")
	b.until(`document.activeElement.id === "text" && !document.getElementById("rooms-panel").open`)
	n.lines("go", "line", 100)
	b.shows("log", "line 100")
	b.tabTo("#log")
	b.evaluate(`window.was = document.getElementById("log").scrollTop, true`)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.KeyEvent(kb.PageUp)))
	b.until(`document.getElementById("log").scrollTop < was - 100`)
	n.lines("go", "new", 5)
	b.tabTo("#jump")
	b.enter(0)
	b.shows("log", "new 5")
	b.until(`document.getElementById("jump").hidden && document.activeElement.id === "log"`)
	b.tabTo("#rooms-panel summary")
	b.enter(0)
	b.until(`document.getElementById("rooms-panel").open`)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Escape)))
	b.until(`!document.getElementById("rooms-panel").open`)
	b.enter(0)
	b.tabTo("#rooms .choose:not([aria-current])")
	b.enter(0)
	b.shows("where", "lobby")
}

func TestNothingMovesForWhoDoesNotWantIt(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, "about:blank", 800, 600)
	moving := func(preference string) {
		t.Helper()
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: preference}},
		})
		require.NoError(t, err)
		require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(n.url("alice"))))
		b.shows("status", "Connected")
		b.evaluate(`document.body.dataset.state = "connecting", true`)
	}
	moving("no-preference")
	b.until(`document.getAnimations().length === 1`)
	moving("reduce")
	b.until(`getComputedStyle(document.getElementById("status"), "::before").animationName === "none" && document.getAnimations().length === 0`)
}
