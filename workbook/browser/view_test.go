package browser

import (
	"fmt"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
)

// settle waits until the page has drawn all that has come.
func (b tab) settle() {
	b.t.Helper()
	b.evaluate(`window.settled = false, requestAnimationFrame(() => requestAnimationFrame(() => unfaked.setTimeout(() => { settled = true; }))), true`)
	b.until(`settled`)
}

// lines delivers many messages at once.
func (n *node) lines(room, text string, count int) {
	events := make([]chat.Event, count)
	for i := range events {
		events[i] = chat.Event{Name: "message", Data: jsonOf(fmt.Sprint(text, " ", i+1)), From: "bob", Rooms: []string{room}}
	}
	n.hub.Deliver(events)
}

const atEnd = `(() => { const log = document.getElementById("log"); return log.scrollHeight - log.scrollTop - log.clientHeight < 2; })()`

func TestWhoReadsFurtherUpIsLeftInPeace(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	n.lines("lobby", "before", 200)
	b.shows("log", "before 200")
	b.until(atEnd)
	b.evaluate(`document.getElementById("log").scrollTop = 900, true`)
	b.settle()
	b.evaluate(`window.reading = [...document.querySelectorAll(".message")].find((e) => e.getBoundingClientRect().top > 150),
		window.place = reading.getBoundingClientRect().top, true`)
	n.lines("lobby", "after", 150)
	b.until(`document.getElementById("jump").innerText === "150 new messages"`)
	b.settle()
	b.until(`Math.abs(reading.getBoundingClientRect().top - place) < 1`)
	b.picture("new-messages")

	b.addRoom("go") // each room has its own place
	b.until(`document.getElementById("jump").hidden`)
	b.choose("lobby")
	b.settle()
	b.until(`Math.abs(reading.getBoundingClientRect().top - place) < 40 && document.getElementById("jump").innerText === "150 new messages"`)
	b.evaluate(`document.getElementById("jump").click(), true`)
	b.until(atEnd)
	b.until(`document.getElementById("jump").hidden`)
	n.lines("lobby", "later", 3)
	b.shows("log", "later 3")
	b.until(atEnd) // a reader at the end stays there
}

// Lines grow when they come into sight. That can happen after the page has gone to the end, and before the event that
// tells of it. Nobody has gone up in this case.
func TestWhoIsAtTheEndStaysThereWhenLinesGrow(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	n.lines("lobby", "before", 200)
	b.shows("log", "before 200")
	b.settle()
	b.evaluate(`window.grown = 0, addEventListener("scroll", ({ target }) => {
		if (target.id !== "log" || grown === 3) return;
		grown++;
		const last = [...document.querySelectorAll(".message")].at(-1);
		last.append(document.createElement("p"));
		last.lastChild.textContent = "long ".repeat(2000);
	}, { capture: true }), true`) // before the page hears of it
	for i := range 3 {
		n.lines("lobby", "more", 1)
		b.until(fmt.Sprintf("grown > %d", i))
		b.settle()
		b.until(atEnd + ` && document.getElementById("jump").hidden`)
	}
	// But a reader who goes up is no longer at the end, while lines come and grow.
	b.evaluate(`grown = 0, document.getElementById("log").scrollTop -= 100, true`)
	b.until(`grown > 0`)
	n.lines("lobby", "later", 4)
	b.until(`document.getElementById("jump").innerText === "4 new messages"`)
	b.evaluate(`!` + atEnd)
}

func TestDaysAreDivided(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, n.url("alice")+"&lang=en", 1100, 700)
	b.shows("status", "Connected")
	at := func(text string, at time.Time) {
		n.hub.Deliver([]chat.Event{{Name: "message", Data: jsonOf(text), From: "bob", At: at}})
	}
	at("old", time.Date(2026, 1, 2, 12, 0, 0, 0, time.Local))
	at("old too", time.Date(2026, 1, 2, 13, 0, 0, 0, time.Local))
	at("older", time.Date(2026, 1, 1, 12, 0, 0, 0, time.Local))
	at("new", time.Now())
	b.shows("log", "new")
	b.until(`document.querySelectorAll(".day").length === 3 && document.querySelector(".day").textContent === "Friday, January 2, 2026"`)
	b.until(`document.querySelector(".day + .message + .message + .day + .message .text").textContent === "older"`)
	b.until(`document.querySelector(".message time").textContent === "12:00 PM" || document.querySelector(".message time").textContent === "12:00\u202fPM"`)
}

func TestMessagesOfMineOfOthersAndOfTheEmitterDiffer(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	b.types("mine\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	n.say("lobby", "bob's")
	n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"the emitter's"`)}})
	b.shows("log", "the emitter's")
	b.until(`new Set([...document.querySelectorAll(".message")].map((e) => getComputedStyle(e).backgroundColor)).size === 3`)
	// Not by colour alone: mine stand at the right, the emitter's have a border and another name.
	b.until(`(() => {
		const [mine, bob, emitter] = document.querySelectorAll(".message"), log = document.getElementById("log").getBoundingClientRect();
		return mine.getBoundingClientRect().left > log.left + 100 && bob.getBoundingClientRect().left < log.left + 30 &&
			parseFloat(getComputedStyle(emitter).borderLeftWidth) > 3 && emitter.querySelector(".who").textContent === "announcement";
	})()`)
}
