package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

// mute is a relay from which nothing comes back, not even that it has taken a message.
type mute struct{}

func (mute) Publish(chat.Event) error { return nil }

// impatient runs before the page's own script: its 10 seconds for an answer are one tenth of one.
const impatient = `const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms === 10_000 ? 100 : ms);`

func (b tab) decide(button string) {
	b.t.Helper()
	b.evaluate(`[...document.querySelectorAll(".mine button")].find((e) => e.textContent === ` + quote(button) + `).click(), true`)
}

func TestMessageThatFailsTwiceHasItsButtonsOnce(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: mute{}})
	b := openWith(t, n.url("alice"), 1100, 700, impatient)
	b.shows("status", "Connected")
	b.types("first\r")
	b.shows("log", "Not acknowledged: it may have arrived or not.")
	b.types("second\r")
	b.until(`document.querySelectorAll(".mine[data-state=failed]").length === 2`)
	b.decide("Edit") // nobody asks any more what has become of the first
	b.until(`document.getElementById("text").value === "first" && document.querySelectorAll(".mine").length === 1`)
	n.stop()
	b.shows("log", "Not known whether this arrived.")
	b.settle()
	b.until(`document.querySelectorAll(".mine").length === 1 && document.querySelector(".mine .text").textContent === "second"`)
	b.until(`[...document.querySelectorAll(".mine button")].map((e) => e.textContent).join() === "Send again,Edit"`)
	b.until(`JSON.parse(sessionStorage["chat.unsure"]).length === 1`)
	require.NotContains(t, b.text("log"), "Not acknowledged")
}

// A message that failed while nobody looks may not be drawn yet when its button is pressed.
func TestMessageIsGoneOnceItsButtonIsPressed(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	b := openWith(t, n.url("alice"), 1100, 700, `const draw = requestAnimationFrame; window.requestAnimationFrame = (f) => window.stuck ? void (window.kept = f) : draw(f);`)
	b.shows("status", "Connected")
	b.shows("log", "You are alice")
	b.evaluate(`window.stuck = true`)
	b.types("hello\r")
	b.until(`document.querySelectorAll(".mine[data-state=failed] button").length === 2`)
	b.decide("Edit")
	b.evaluate(`window.stuck = false, kept(), true`)
	b.settle()
	b.until(`document.getElementById("text").value === "hello" && !document.querySelector(".mine")`)
}

// It stands in the room that is shown, but it must not be sent there: it was meant for others.
func TestMessageForARoomThatWasLeftIsNotSentToAnother(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	b := join(t, n, "alice")
	b.addRoom("go")
	b.types("for go alone\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "failed"`)
	b.evaluate(`document.querySelector("#rooms .choose[aria-current] + .leave").click(), true`)
	b.shows("where", "lobby")
	b.reload()
	b.shows("log", "Not known whether this arrived in go, which you are not in.")
	b.until(`[...document.querySelectorAll(".mine button")].map((e) => e.textContent).join() === "Edit"`)
	b.decide("Edit")
	b.until(`document.getElementById("text").value === "for go alone" && !document.querySelector(".mine")`)
	b.until(`sessionStorage["chat.unsure"] === "[]"`)
}

// The relay has taken it, and the node has missed it with all other messages: so nobody will say where its place is.
func TestMessageThatItsOwnNodeMissedSaysSo(t *testing.T) {
	t.Parallel()
	held := &heldRelay{}
	n := start(t, chat.Options{Node: "n1", Relay: held})
	b := join(t, n, "alice")
	n.hub.Degrade("the replica is silent")
	b.types("mine\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "accepted"`)
	missed := int64(1)
	n.hub.Recover(&missed)
	b.shows("log", "accepted; this node has not heard it come back")
	n.say("lobby", "later")
	b.until(`[...document.querySelectorAll(".text")].map((e) => e.textContent).join() === "mine,later"`)
	b.until(`document.querySelector(".mine").dataset.state === "unheard" && !document.querySelector(".mine button")`)
	b.picture("unheard")
	n.hub.Deliver(held.release()) // it comes after all
	b.until(`document.querySelector(".mine").dataset.state === "placed"`)
	b.until(`[...document.querySelectorAll(".text")].map((e) => e.textContent).join() === "later,mine"`)
	b.until(`!document.getElementById("log").innerText.includes("accepted")`)
}
