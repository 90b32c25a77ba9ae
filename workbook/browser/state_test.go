package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

func TestPageCountsWhatWasMissed(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	b.addRoom("go")
	n.hub.Degrade("the replica is silent")
	b.shows("missing", "messages may be missing")
	recover := func(missed *int64, header, line string) {
		t.Helper()
		n.hub.Recover(missed)
		b.shows("log", line)
		b.until(`document.getElementById("missing").innerText === ` + quote(header))
	}
	one, more := int64(1), int64(36)
	recover(&one, "at least 1 message was missed", "Messages arrive again; of those that can be counted, 1 was missed.")
	n.hub.Degrade("the replica is silent")
	b.shows("missing", "messages may be missing")
	recover(&more, "at least 37 messages were missed", "Messages arrive again; of those that can be counted, 36 were missed.")
	b.picture("recovered")
	n.hub.Degrade("the replica is silent")
	recover(new(int64), "at least 37 messages were missed", "Messages arrive again; of those that can be counted, none was missed.")
	n.hub.Degrade("the replica is silent")
	recover(nil, "at least 37 messages were missed", "how many were missed is not known")
	b.choose("lobby") // all rooms have the same state
	b.shows("log", "36 were missed")
	b.until(`!document.getElementById("rooms").innerText.includes("unread")`)
}

// A node that learns of more says so by a further $recovered, whose number stands in the place of the first.
func TestPageCorrectsWhatWasMissed(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, watchful)
	b.shows("status", "Connected to n1 as alice")
	hears := func(frame, header string, lines int, last string) {
		t.Helper()
		b.evaluate(`sockets[0].dispatchEvent(new MessageEvent("message", { data: ` + quote(frame) + ` })), true`)
		b.until(`document.getElementById("missing").innerText === ` + quote(header))
		b.until(fmt.Sprintf(`((notes) => notes.length === %d && notes.at(-1).innerText.includes(%s))([...document.querySelectorAll(".note.good, .note.warn")].slice(1))`, lines, quote(last)))
	}
	const degraded = `{"event":"$degraded","data":{"text":"quiet"}}`
	hears(degraded, "messages may be missing", 1, "quiet")
	hears(`{"event":"$recovered","data":{"missed":61}}`, "at least 61 messages were missed", 2, "of those that can be counted, 61 were missed.")
	hears(`{"event":"$recovered","data":{"missed":122}}`, "at least 122 messages were missed", 3, "More is known now: of the messages that can be counted, 122 were missed.")
	hears(`{"event":"$recovered","data":{"missed":122}}`, "at least 122 messages were missed", 3, "122 were missed.")
	hears(degraded, "messages may be missing", 4, "quiet")
	hears(`{"event":"$recovered"}`, "at least 122 messages were missed", 5, "how many were missed is not known")
	hears(`{"event":"$recovered","data":{"missed":1}}`, "at least 123 messages were missed", 6, "More is known now: of the messages that can be counted, 1 was missed.")
	b.picture("corrected")
}

func TestPageSaysThatItCannotKnowWhatItMissed(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := join(t, n, "alice")
	b.addRoom("go")
	b.shows("present-title", "Here now: 1")
	counts := func(missed int64, header string) {
		t.Helper()
		n.hub.Degrade("the replica is silent")
		b.shows("missing", "messages may be missing")
		n.hub.Recover(&missed)
		b.shows("missing", header)
	}
	counts(5, "at least 5 messages were missed")
	n.stop()
	b.shows("status", "Not connected")
	b.shows("present-title", "Here now: ?")
	b.until(`document.getElementById("missing").innerText === ""`)
	n.start()
	b.shows("log", "Back, on n1, after ")
	b.shows("log", "How many messages were missed meanwhile cannot be known")
	b.shows("present-title", "Here now: 1")
	counts(2, "at least 2 messages were missed") // by this connection
	b.choose("lobby")
	b.shows("log", "cannot be known")
}

// Nobody wants to read the same thing twice, or that they themselves have left.
func TestSentencesOfTheNodeAreSaidOnce(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.hub.ApplyPresence("n2", chat.PresenceUpdate{Joined: map[string][]string{"lobby": {"alice", "bob"}}})
	b := openWith(t, n.url("alice"), 1100, 700, "window.now = performance.now(), performance.now = Date.now = () => now;")
	b.shows("status", "Connected")
	b.shows("present-title", "Here now: 3")
	n.hub.Degrade("this node's replica has gone quiet: messages may be missed")
	b.until(`[...document.querySelectorAll(".warn")].at(-1)?.textContent === "Messages may be missing from now on: this node's replica has gone quiet"`)
	n.hub.Recover(nil)
	n.hub.ApplyPresence("n2", chat.PresenceUpdate{Left: map[string][]string{"lobby": {"alice"}}}) // alice was on another node before
	n.hub.ApplyPresence("n2", chat.PresenceUpdate{Left: map[string][]string{"lobby": {"bob"}}})
	b.shows("log", "bob left.")
	b.shows("present-title", "Here now: 1")
	require.NotRegexp(t, `alice[^.\n]* left`, b.text("log"))

	n.stop()
	b.shows("status", "Not connected")
	n.start()
	b.shows("log", "Back, on n1, after less than a second of silence. How many")
	n.stop()
	b.shows("status", "Not connected")
	b.evaluate(`now += 1400, true`)
	n.start()
	b.shows("log", "Back, on n1, after 1 second of silence. How many")
}

func TestReconnectingIsSaidInWordsAndHasAButton(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.door.set("3")
	b := openWith(t, n.url("alice"), 1100, 700, clock+"Math.random = () => 1;")
	b.shows("status", "Not connected: "+sentence+". Trying again.")
	b.shows("countdown", "(in 4 s)")
	b.evaluate(`pass(500), true`)
	b.shows("countdown", "(in 3 s)")
	b.picture("reconnecting-full")
	n.door.set("")
	n.stop()
	b.tryAgain() // the wait that the node asked for is over, and nobody answers
	b.shows("status", "Not connected: the node cannot be reached. Trying again.")
	b.until(`document.getElementById("retry").hidden`)
	b.tryAgain()
	b.shows("countdown", "(in 2 s)")
	b.until(`!document.getElementById("retry").hidden`)
	b.picture("reconnecting")
	n.start()
	b.evaluate(`document.getElementById("retry").click(), true`)
	b.shows("status", "Connected to n1 as alice")
}

// framed is a page that shows others in frames, as the live map does.
func framed(t *testing.T, html string) (origin string, set func(string)) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, err := w.Write([]byte(html))
		require.NoError(t, err)
	}))
	t.Cleanup(s.Close)
	return s.URL, func(text string) { html = text }
}

func TestPageInAFrameLeavesTheFocusAlone(t *testing.T) {
	t.Parallel()
	origin, set := framed(t, "")
	n := start(t, chat.Options{Node: "n1"})
	n.stop()
	n.frames = []string{origin}
	n.start()
	// Each frame says when it has welcomed its user. If it takes the focus, it has done so by then.
	const tell = `addEventListener("message", () => window.online = (window.online ?? 0) + 1);
		if (window !== parent) addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
			if (document.body.dataset.state === "online") parent.postMessage("online", "*");
		}).observe(document.body, { attributeFilter: ["data-state"] }));`
	frame := `<iframe width=360 height=480 title=x src="http://` + n.addr + `/?room=lobby&lang=en&name=`
	set(`<!doctype html><html lang=en><title>map</title><button id=own autofocus>own</button><br>` + frame + `alice"></iframe> ` + frame + `bob"></iframe>`)
	b := openWith(t, origin, 800, 560, tell)
	b.until(`window.online === 2`)
	b.until(`document.activeElement.id === "own"`)
	for range 5 {
		n.say("lobby", "a rather long message, so that one sees how a small frame breaks the lines")
		n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"from the emitter"`)}})
	}
	b.until(`document.activeElement.id === "own"`)
	b.settle()
	b.picture("frames")
}
