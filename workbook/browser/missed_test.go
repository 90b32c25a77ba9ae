package browser

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"example.com/redis-chat/01-redis-basics/cmdline"
	streamnode "example.com/redis-chat/labs/no-message-lost/node"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// streamNode is a node that keeps messages, as a process.
func streamNode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var c streamnode.Config
	err := c.Parse(flag.NewFlagSet("streamnode", flag.ContinueOnError), nil)
	if err == nil {
		err = streamnode.Run(ctx, c, c.Logger())
	}
	return cmdline.Exit("streamnode", err, os.Stderr)
}

// reads waits until these are the messages of the room that is shown, once each, in this order.
func (b tab) reads(texts ...string) {
	b.t.Helper()
	b.until(`[...document.querySelectorAll("#log .text")].map((e) => e.textContent).join() === ` + quote(strings.Join(texts, ",")))
}

// says says them one after the other, each when the one before has its place.
func (b tab) says(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.types(text + "\r")
		b.until(`((mine) => mine.at(-1)?.querySelector(".text").textContent === ` + quote(text) + ` && mine.at(-1).dataset.state === "placed")([...document.querySelectorAll(".mine")])`)
	}
}

func numbered(what string, from, to int) (texts []string) {
	for i := from; i <= to; i++ {
		texts = append(texts, fmt.Sprint(what, " ", i))
	}
	return texts
}

// The page is away until the test lets time pass for it.
func TestPageOfAKilledNodeGetsWhatItMissedAtTheOther(t *testing.T) {
	t.Parallel()
	nodes, _ := clusterOf(t, onStream, slow)
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, clock+watchful)
	alice.shows("status", "Connected to n1 as alice")
	alice.addRoom("go")
	alice.choose("lobby")
	bob := nodes[1].join("bob")
	bob.says("before")
	alice.reads("before")
	alice.says("mine")
	bob.reads("before", "mine")

	nodes[0].kill()
	bob.says(numbered("missed", 1, 12)...)
	bob.addRoom("go")
	bob.says("in go")
	alice.tryAgain()
	alice.shows("status", "Connected to n2 as alice")
	alice.shows("log", "12 messages while you were away.")
	bob.choose("lobby")
	bob.types("after\r")
	want := append(append([]string{"before", "mine"}, numbered("missed", 1, 12)...), "after")
	alice.reads(want...)
	alice.until(`/Back, on n2, after [^.]+ of silence.\s[^]*missed 12\s[^]*12 messages while you were away.\s[^]*after/.test(document.getElementById("log").innerText)`)
	alice.picture("missed")
	alice.choose("go")
	alice.shows("log", "1 message while you were away.")
	alice.reads("in go")
	require.NotContains(t, alice.text("log"), "cannot be known")
	alice.evaluate(`sockets.length === 2`)
}

// A page that is loaded anew goes on from where the tab was, as does one that the browser has put aside.
func TestPageThatIsLoadedAnewGoesOnFromWhereItWas(t *testing.T) {
	t.Parallel()
	nodes, _ := clusterOf(t, onStream, slow)
	bob := nodes[1].join("bob")
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, `addEventListener("pageshow", ({ persisted }) => { window.kept = persisted; });`)
	alice.shows("status", "Connected to n1 as alice")
	bob.says("one")
	alice.reads("one")
	alice.says("mine")
	away := func() {
		require.NoError(t, chromedp.Do(alice.ctx, chromedp.Navigate("http://"+nodes[0].addr+"/page/icon.svg")))
	}

	away()
	bob.says("two", "three")
	alice.evaluate(`history.back(), true`)
	alice.until(`kept === true`) // if not, the page was loaded anew, and this shows less
	alice.shows("log", "2 messages while you were away.")
	alice.reads("one", "mine", "two", "three")

	away()
	bob.says("four")
	require.NoError(t, chromedp.Do(alice.ctx, chromedp.Navigate(nodes[0].url("alice"))))
	alice.shows("log", "1 message while you were away.")
	alice.reads("four")
	bob.says("five")
	alice.reads("four", "five")

	alice.reload()
	alice.shows("status", "Connected to n1 as alice")
	bob.says("six")
	alice.reads("six")
	require.NotContains(t, alice.text("log"), "away")
}

func TestPageSaysHowManyOfThoseThatItMissedAreKeptNoLonger(t *testing.T) {
	t.Parallel()
	nodes, servers := clusterOf(t, onStream, slow)
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, clock)
	alice.shows("status", "Connected to n1 as alice")
	bob := nodes[1].join("bob")
	bob.says("before")
	alice.reads("before")
	nodes[0].kill()
	bob.says(append(numbered("lost", 1, 7), "kept")...)
	require.NoError(t, redisAt(t, servers[0]).XTrimMaxLen(t.Context(), "socket.io", 1).Err())
	replica := redisAt(t, servers[2])
	require.Eventually(t, func() bool { return replica.XLen(t.Context(), "socket.io").Val() == 1 }, patience, tick)
	alice.tryAgain()
	alice.shows("log", "1 message while you were away.")
	if replica.XInfoStream(t.Context(), "socket.io").Val().EntriesAdded > 0 { // from Redis 7 on
		alice.shows("log", "Of all rooms together, 7 older messages are kept no longer.")
	} else {
		alice.shows("log", "Some older messages are kept no longer; how many is not known.")
	}
	alice.reads("before", "kept")
	alice.picture("gone")
}

// Places that no node of these has given, as after a change of what they keep messages in.
func TestPageForgetsAPlaceThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	nodes, _ := clusterOf(t, onStream, slow)
	for _, stored := range []string{`{"at":"yesterday","was":[1],"rooms":{}}`, `[1,null,{}]`, `{"at":7}`} {
		b := openWith(t, nodes[0].url("alice"), 1100, 700, `sessionStorage.setItem("chat.place", `+quote(stored)+`);`)
		b.shows("status", "Connected to n1 as alice")
	}
}

// deaf runs before the page's own script: while the test wants it, the page does not hear what becomes of its messages.
const deaf = `{
	const real = WebSocket;
	window.WebSocket = class extends real {
		set onmessage(f) { super.onmessage = f && ((e) => window.isDeaf && /"\$(ack|placed)"/.test(e.data) ? undefined : f(e)); }
	};
}`

// Its node dies between taking a message and saying so. And what is written meanwhile waits.
func TestMessageOfAPageWhoseNodeWasKilledIsHeardOnce(t *testing.T) {
	t.Parallel()
	nodes, servers := clusterOf(t, onStream, slow)
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, clock+deaf)
	alice.shows("status", "Connected to n1 as alice")
	bob := nodes[1].join("bob")
	alice.says("one")
	bob.reads("one")
	alice.evaluate(`window.isDeaf = true`)
	alice.types("two\r")
	bob.reads("one", "two")
	alice.until(`document.querySelectorAll(".mine[data-state=pending]").length === 1`)
	nodes[0].kill()
	alice.shows("log", "not known yet whether this arrived")
	alice.types("three\r")
	alice.shows("log", "waiting for a connection")
	alice.picture("waiting")
	alice.evaluate(`window.isDeaf = false, true`)
	alice.tryAgain()
	alice.shows("status", "Connected to n2 as alice")
	alice.until(`document.querySelectorAll(".mine[data-state=placed]").length === 3 && !document.querySelector(".mine button")`)
	bob.says("four")
	alice.reads("one", "two", "three", "four")
	bob.reads("one", "two", "three", "four")
	require.EqualValues(t, 5, redisAt(t, servers[0]).XLen(t.Context(), "socket.io").Val(), "what was sent again is there twice, and all leave the second out")
}

// What was under way when the page was loaded anew is sent again, too, and so is what waited.
func TestMessageThatWasUnderWayIsHeardOnceWhenThePageIsLoadedAnew(t *testing.T) {
	t.Parallel()
	nodes, servers := clusterOf(t, onStream, slow)
	alice := openWith(t, nodes[0].url("alice"), 1100, 700, deaf)
	alice.shows("status", "Connected to n1 as alice")
	bob := nodes[1].join("bob")
	alice.evaluate(`window.isDeaf = true`)
	alice.types("one\r")
	bob.reads("one")
	alice.reload()
	alice.reads("one")
	alice.until(`document.querySelectorAll(".mine[data-state=placed]").length === 1`)
	alice.says("two")
	bob.reads("one", "two")
	alice.until(`sessionStorage["chat.unsure"] === "[]"`)
	require.EqualValues(t, 3, redisAt(t, servers[0]).XLen(t.Context(), "socket.io").Val())
}
