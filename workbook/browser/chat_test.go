package browser

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/stretchr/testify/require"
)

func join(t *testing.T, n *node, name string) tab {
	t.Helper()
	b := open(t, n.url(name), 1100, 700)
	b.shows("status", "Connected to "+n.options.Node+" as "+name)
	return b
}

func TestTwoTabsTalkToEachOther(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	alice, bob := join(t, n, "alice"), join(t, n, "bob")
	alice.shows("present", "bob")
	bob.shows("present", "alice")

	alice.types("hello from Alice\r") // the field has the focus already
	bob.shows("log", "hello from Alice")
	alice.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	bob.types("hello from Bob\r")
	alice.shows("log", "hello from Bob")
	alice.until(`document.querySelectorAll(".message").length === 2`)
	alice.picture("desktop")
}

func TestOwnMessageStandsWhereItsPlaceIs(t *testing.T) {
	t.Parallel()
	held := &heldRelay{}
	n := start(t, chat.Options{Node: "n1", Relay: held})
	alice := join(t, n, "alice")
	alice.types("mine\r")
	alice.until(`document.querySelector(".mine")?.dataset.state === "accepted"`)
	n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"from elsewhere"`), From: "bob"}})
	alice.shows("log", "from elsewhere")
	n.hub.Deliver(held.release())
	alice.until(`document.querySelector(".mine").dataset.state === "placed"`)
	log := alice.text("log")
	require.Less(t, strings.Index(log, "from elsewhere"), strings.Index(log, "mine"), log)
}

// heldRelay accepts at once and delivers nothing by itself, as a relay over a very slow network would.
type heldRelay struct {
	mu   sync.Mutex
	held []chat.Event
}

func (r *heldRelay) Publish(e chat.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = append(r.held, e)
	e.Sent.Accepted()
	return nil
}

func (r *heldRelay) release() []chat.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held
}

func TestPageSaysWhatTheNodeTells(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	alice := join(t, n, "alice")
	n.hub.Degrade("the replica is silent")
	alice.shows("log", "Messages may be missing from now on: the replica is silent")
	alice.picture("degraded")
	missed := int64(37)
	n.hub.Recover(&missed)
	alice.shows("log", "Messages arrive again; of those that can be counted, 37 were missed.")
	n.hub.Deliver([]chat.Event{
		{Name: "message", Data: []byte(`"Hello!"`)},
		{Name: "moved", Data: []byte(`{"x":1}`), From: "bob"},
		{Name: "binary", Binary: make([]byte, 256)},
	})
	for _, text := range []string{"Hello!", `{"x":1}`, "256 bytes"} {
		alice.shows("log", text)
	}
	alice.picture("events")
}

func TestPageComesBackByItself(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	alice := openWith(t, n.url("alice"), 1100, 700, clock)
	alice.shows("status", "Connected to n1 as alice")
	n.stop()
	alice.shows("status", "Not connected")
	alice.until("!(" + isJoined + ")")
	alice.shows("countdown", "(in 1 s)")
	for _, most := range []float64{500, 1000, 2000} {
		alice.until(`document.getElementById("retry").hidden`) // too short to aim at
		wait := alice.tryAgain()
		require.LessOrEqual(t, wait, most)
		require.GreaterOrEqual(t, wait, most/2)
	}
	alice.until(`document.body.dataset.state === "offline" && !document.getElementById("retry").hidden`)
	alice.picture("offline")
	n.start()
	alice.tryAgain()
	alice.shows("status", "Connected to n1 as alice")
	bob := join(t, n, "bob")
	bob.types("are you back?\r")
	alice.shows("log", "are you back?")
}

func TestPageGoesToAPeerWhenItsNodeIsGone(t *testing.T) {
	t.Parallel()
	second := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	first := start(t, chat.Options{Node: "n1"}, "http://"+second.addr)
	alice := join(t, first, "alice")
	first.stop()
	alice.shows("status", "Connected to n2 as alice")
	second.stop()
	first.start()
	alice.shows("status", "Connected to n1 as alice")
}

func TestPageNoticesANodeThatIsFrozen(t *testing.T) {
	t.Parallel()
	second := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	first := start(t, chat.Options{Node: "n1"}, "http://"+second.addr)
	alice := openWith(t, first.url("alice"), 1100, 700, clock+watchful+`window.pongs = 0;`)
	alice.shows("status", "Connected to n1 as alice")
	alice.evaluate(`sockets[0].addEventListener("message", ({ data }) => { pongs += data.includes('"$pong"'); }), true`)
	// The page asks every 10 seconds, and as long as it is answered it stays.
	for range 3 {
		alice.evaluate(`pongs = 0, pass(10_000), true`)
		alice.until(`pongs === 1`)
	}
	alice.evaluate(`sockets.length === 1`)
	first.freeze.Lock()
	defer first.freeze.Unlock()
	alice.evaluate(`pass(10_000), document.body.dataset.state === "online"`)
	alice.evaluate(`pass(10_000), document.body.dataset.state === "offline"`)
	alice.shows("log", "Connection lost: the node does not answer.")
	alice.tryAgain()
	alice.shows("status", "Connected to n2 as alice")
	alice.shows("log", "Back, on n2, after 20 seconds of silence.") // since the last $pong
}

func TestRefusedNameIsExplained(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	long := strings.Repeat("x", 33)
	b := open(t, n.url(long), 1100, 700)
	b.shows("refused", "a name is 1 to 32 printable characters")
	b.shows("status", "Not connected: the node refuses")
	b.until(`document.activeElement.id === "name" && document.activeElement.value.length === 33`)
	b.picture("refused")
	b.types("\b\r")
	b.shows("status", "Connected to n1 as "+long[1:])
	b.until(`document.getElementById("join").hidden`)
}

func TestFormJoinsARoom(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := open(t, "http://"+n.addr+"/", 390, 844)
	b.until(`document.activeElement.id === "name"`)
	b.picture("phone-join")
	b.types("花子\tgo\r")
	b.shows("status", "Connected to n1 as 花子")
	b.shows("where", "go")
	b.until(`new URLSearchParams(location.search).get("room") === "go"`) // a reload joins again
	other := open(t, "http://"+n.addr+"/?room=go&name=bob", 1100, 700)
	other.shows("status", "Connected")
	other.types("a rather long message, so that one sees how a phone breaks the lines of what somebody else has to say\r")
	b.shows("log", "rather long message")
	b.types("short\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	b.until(`document.documentElement.scrollWidth <= innerWidth`) // nothing sticks out
	b.picture("phone")
}

func TestMessageThatFailedStandsThereWithItsReason(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", Relay: &failingOnce{}})
	alice := join(t, n, "alice")
	alice.types("hello\r")
	alice.shows("log", "the master does not answer")
	alice.until(`document.querySelector(".mine").dataset.state === "failed"`)
	alice.picture("failed")
	alice.until(`document.querySelector(".mine button").click(), true`)
	alice.until(`document.querySelectorAll(".mine").length === 1 && document.querySelector(".mine").dataset.state === "accepted"`)
}

// failingOnce is a relay whose master is away for the first message.
type failingOnce struct{ failed atomic.Bool }

func (r *failingOnce) Publish(e chat.Event) error {
	if r.failed.Swap(true) {
		e.Sent.Accepted()
	} else {
		e.Sent.Failed("the master does not answer")
	}
	return nil
}
