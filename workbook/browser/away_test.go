package browser

import (
	"fmt"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// put lets the browser freeze the tab, or go on with it: "frozen", "active".
func (b tab) put(state page.SetWebLifecycleStateState) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
	require.NoError(b.t, err)
}

// A browser keeps a page that somebody comes from, with its socket, and answers the node for it.
func TestWhoeverGoesToAnotherPageIsNoLongerThere(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	bob := join(t, n, "bob")
	const kept = `addEventListener("pageshow", ({ persisted }) => { window.kept = persisted; });`
	alice := openWith(t, n.url("alice"), 1100, 700, kept)
	alice.shows("status", "Connected to n1 as alice")
	bob.shows("present-title", "Here now: 2")
	n.say("lobby", "before")
	alice.shows("log", "before")

	require.NoError(t, chromedp.Do(alice.ctx, chromedp.Navigate("http://"+n.addr+"/page/icon.svg")))
	bob.shows("log", "alice left.")
	bob.shows("present-title", "Here now: 1")
	n.say("lobby", "unheard")
	bob.shows("log", "unheard")
	alice.evaluate(`history.back(), true`)
	alice.until(`kept === true`) // if not, the page was loaded anew, and this test shows nothing
	alice.shows("log", "Back, on n1, after ")
	alice.shows("log", "Connection lost: the browser had put this page aside.")
	bob.shows("log", "alice joined.")
	bob.shows("present-title", "Here now: 2")
	alice.types("here again\r")
	bob.shows("log", "here again")
	require.NotContains(t, alice.text("log"), "unheard")
	alice.picture("aside")
}

func TestWhoeverHasAFrozenTabIsNoLongerThere(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	bob := join(t, n, "bob")
	alice := join(t, n, "alice")
	bob.shows("present-title", "Here now: 2")
	alice.put(page.SetWebLifecycleStateStateFrozen)
	bob.shows("present-title", "Here now: 1")
	alice.put(page.SetWebLifecycleStateStateActive)
	// A tab that goes on may stay out of sight: then its lines are there, and not laid out.
	alice.until(`document.getElementById("log").textContent.includes("Back, on n1, after ")`)
	bob.shows("present-title", "Here now: 2")
}

// A machine that sleeps stops the clock that timers use, in most browsers; the clock on the wall goes on. It can be set back,
// and then the other one counts.
func TestSilenceIsCountedByTheClockThatSaysMore(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, `window.now = performance.now(), performance.now = () => now;
		window.wall = Date.now(), Date.now = () => wall;`)
	b.shows("status", "Connected")
	back := func(steady, wall, said string) {
		t.Helper()
		b.shows("present-title", "Here now: 1") // the last frame of this connection
		n.stop()
		b.shows("status", "Not connected")
		b.evaluate(`now += ` + steady + `, wall += ` + wall + `, true`)
		n.start()
		b.shows("log", "Back, on n1, after "+said+" of silence. How many")
		b.shows("status", "Connected")
	}
	back("300", "300", "less than a second")
	back("400", "86_400_000", "86,400 seconds")
	back("14_000", "-3_600_000", "14 seconds")
}

const online = `window.net = true; Object.defineProperty(navigator, "onLine", { get: () => net });
	window.turn = (is) => { net = is; dispatchEvent(new Event(is ? "online" : "offline")); };`

// Without a network a node on this machine is still there. So the page says what the browser says, and asks the node.
func TestNetworkThatIsGoneIsShownAtOnce(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, clock+online+watchful+`window.pongs = 0;`)
	b.shows("status", "Connected to n1 as alice")
	b.evaluate(`sockets[0].addEventListener("message", ({ data }) => { pongs += data.includes('"$pong"'); }), true`)
	b.evaluate(`turn(false), document.getElementById("network").innerText === "this device has no network"`)
	b.until(`pongs === 1`)
	b.evaluate(`pass(5_000), document.body.dataset.state === "online"`)
	b.picture("no-network")
	b.evaluate(`turn(true), document.getElementById("network").innerText === ""`)
	b.until(`pongs === 2`)

	n.freeze.Lock()
	defer n.freeze.Unlock()
	b.evaluate(`turn(false), document.body.dataset.state === "online"`)
	b.evaluate(`pass(4_999), document.body.dataset.state === "online"`)
	b.evaluate(`pass(1), document.body.dataset.state === "offline"`)
	b.shows("status", "Not connected: the node does not answer")
	b.shows("network", "this device has no network")
}

// The reason that a node gives when it ends has an advice in it, which a page follows by itself, and cannot with one node.
func TestAdviceOfANodeIsNotPassedOn(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	n.stop()
	b.shows("log", "Connection lost: this node is going away.")
	require.NotContains(t, b.text("log")+b.text("status"), "another")
}

func TestMessageThatCannotBeSentStaysAndSaysWhy(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", MaxRooms: 1})
	b := join(t, n, "alice")
	b.types("\r") // nothing was written
	b.evaluate(`document.getElementById("unsent").innerText === ""`)
	n.stop()
	b.shows("status", "Not connected")
	const most = 50 // messages wait
	for i := range most {
		b.types(fmt.Sprintf("message %d\r", i))
	}
	b.until(`document.querySelectorAll(".mine[data-state=waiting]").length === 50 && document.getElementById("text").value === ""`)
	b.types("one too many\r")
	b.shows("unsent", "Not sent: 50 messages wait for a connection already. What you wrote stays here.")
	b.evaluate(`document.getElementById("text").value === "one too many"`)
	b.picture("held")
	bob := openWith(t, "about:blank", 1100, 700, "")
	n.start()
	require.NoError(t, chromedp.Do(bob.ctx, chromedp.Navigate(n.url("bob"))))
	b.shows("status", "Connected")
	b.until(`document.getElementById("unsent").innerText === ""`)
	b.until(`document.querySelectorAll(".mine[data-state=placed]").length === 50`) // at the node's rate
	b.types("\r")
	b.reads(append(numbered("message", 0, most-1), "one too many")...)

	b.evaluate(`document.getElementById("another").value = "go", document.querySelector("#add button").click(), true`)
	b.shows("rooms", "not joined")
	b.types("hello\r")
	b.shows("unsent", "Not sent: you are not in go. What you wrote stays here.")
	b.choose("lobby")
	b.evaluate(`document.getElementById("unsent").innerText === ""`)
}

func TestBrowsersBackLeadsToTheRoomBefore(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	b.addRoom("go")
	b.choose("go") // no step: it is shown
	b.addRoom("rust")
	goes := func(where, room string) {
		t.Helper()
		b.evaluate(`history.` + where + `(), true`)
		b.until(`document.getElementById("where").innerText === ` + quote(room) + ` && new URLSearchParams(location.search).get("room") === ` + quote(room))
	}
	goes("back", "go")
	n.say("go", "into go")
	b.shows("log", "into go")
	goes("back", "lobby")
	goes("forward", "go")
	goes("forward", "rust")
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.shows("where", "lobby")
	goes("back", "go")
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.shows("where", "lobby")
	goes("back", "lobby")
	goes("forward", "lobby") // the room that was left is no longer in this place
	b.evaluate(`document.querySelectorAll("#rooms li").length === 1`)
}

// Whoever has two connections, or a new one before the end of the old one is noticed, has not left with the first of them.
func TestWhoeverIsThereHasNotLeft(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "bob")
	b.shows("present-title", "Here now: 1")
	on := func(node string, joined, left []string) {
		n.hub.ApplyPresence(node, chat.PresenceUpdate{Joined: map[string][]string{"lobby": joined}, Left: map[string][]string{"lobby": left}})
	}
	on("n2", []string{"alice", "anna"}, nil)
	b.shows("log", "alice, anna joined.")
	on("n3", []string{"anna", "zoe"}, nil)
	b.shows("log", "zoe joined.")
	on("n2", nil, []string{"alice", "anna"})
	b.shows("log", "alice left.")
	b.shows("present-title", "Here now: 3")
	on("n3", []string{"carol"}, []string{"anna"})
	b.shows("log", "carol joined.")
	b.shows("log", "anna left.")
	b.until(`[...document.querySelectorAll(".note")].slice(1).map((e) => e.innerText).join(" ") ===
		"alice, anna joined. zoe joined. alice left. carol joined. anna left."`)
}
