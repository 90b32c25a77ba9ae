package browser

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// hostile is a page that gets hostile names and rooms in all possible ways: from its address, its node, its peers.
func hostile(t *testing.T) (*node, tab) {
	t.Helper()
	n := start(t, chat.Options{Node: `n'"><img src=x onerror=took('node')>` + override}, `http://a"onload=took('peer')`)
	query := url.Values{"name": {hostileName}, "room": {hostileRoom}, "x": {payloads[0].text}}
	b := openWith(t, "http://"+n.addr+"/?"+query.Encode(), 1100, 900, watchful)
	b.shows("status", " as "+hostileName)
	return n, b
}

// dial is somebody in the same room, whose frames are not limited to what a page sends.
func (n *node) dial(name string) *client.Client {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, "http://"+n.addr, client.DialOptions{Name: name, Room: hostileRoom})
	require.NoError(n.t, err)
	n.t.Cleanup(func() { _ = c.Close() })
	return c
}

// last waits for the log's last message to be exactly this: sender, tag of its event if it is no "message", text.
func (b tab) last(from, event, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(() => {
		const item = [...document.querySelectorAll(".message")].at(-1), of = (kind) => item?.querySelector(kind)?.textContent ?? "";
		return of(".who") === %s && of(".tag") === %s && of(".text") === %s;
	})()`, quote(from), quote(event), quote(text)))
}

func TestTextStaysText(t *testing.T) {
	t.Parallel()
	n, b := hostile(t)
	b.shows("where", hostileRoom)
	b.shows("log", "You are "+hostileName+" in "+hostileRoom+", on n'\"><img src=x onerror=took('node')>")
	b.untouched()

	eve := n.dial(`<b onclick=took(0)>eve</b>`)
	b.shows("present", `<b onclick=took(0)>eve</b>`)
	b.shows("log", `<b onclick=took(0)>eve</b> joined.`)
	say := func(event, data string) {
		require.NoError(t, eve.Send(t.Context(), frame.Frame{Event: event, Data: []byte(data)}))
	}
	for _, p := range payloads {
		say("message", quote(p.text))
		b.last(`<b onclick=took(0)>eve</b>`, "", p.text)
		b.types(p.text + "\r")
		// Placed: otherwise eve's next message could come before it.
		b.until(fmt.Sprintf(`((mine) => mine?.innerText.includes(%s) && mine.dataset.state === "placed")([...document.querySelectorAll(".mine")].at(-1))`, quote(p.text)))
	}
	for _, p := range payloads {
		nested := `{"` + p.text + `":[["` + p.text + `"],{"__proto__":{"innerHTML":"` + p.text + `"}}]}`
		say(hostileEvent, nested)
		b.last(`<b onclick=took(0)>eve</b>`, hostileEvent, nested)
	}
	require.NoError(t, eve.SendBinary(t.Context(), []byte(payloads[0].text)))
	b.last("somebody", "binary", fmt.Sprint(len(payloads[0].text), " bytes"))
	b.picture("hostile")
	require.NoError(t, eve.Close())
	b.shows("log", `<b onclick=took(0)>eve</b> left.`)
	b.untouched()
	b.inOrder()
}

// A message from Redis may come from anybody: no node has looked at the sender's name.
func TestForgedEventsStayText(t *testing.T) {
	t.Parallel()
	n, b := hostile(t)
	for _, p := range payloads {
		data := []byte(quote(p.text))
		n.hub.Deliver([]chat.Event{{Name: "message", Data: data, From: p.text + override}})
		b.last(p.text+override, "", p.text)
		n.hub.Deliver([]chat.Event{{Name: "message", Data: data}}) // an emitter's
		b.last("announcement", "", p.text)
		nested := `{"$base64":"` + p.text + `"}`
		n.hub.Deliver([]chat.Event{{Name: hostileEvent, Data: []byte(nested), At: time.Now()}})
		b.last("announcement", hostileEvent, nested)
		n.hub.Degrade(p.text)
		b.shows("log", "from now on: "+p.text)
		n.hub.Recover(nil)
	}
	n.hub.Deliver([]chat.Event{{Name: "message", Data: []byte(`"late"`), From: "bob", At: time.UnixMilli(1 << 55)}})
	b.last("bob", "", "late") // in a year that JavaScript does not know
	n.hub.ApplyPresence("forged", chat.PresenceUpdate{Joined: map[string][]string{hostileRoom: {payloads[0].text, "eve" + override}}})
	b.shows("present", payloads[0].text)
	b.shows("log", "eve"+override)
	b.untouched()
	b.inOrder()
}

func TestErrorsThatQuoteTheInputStayText(t *testing.T) {
	t.Parallel()
	_, b := hostile(t)
	for _, frame := range []string{
		`{"event":"$<img src=x onerror=took(20)>"}`,
		`{"event":"message","data":"x","room":"<img src=x onerror=took(21)>` + override + `"}`,
		`{"event":"message","data":"x","id":"<img src=x onerror=took(22)>"}`,
		`<img src=x onerror=took(23)>`,
	} {
		b.evaluate(`window.before = document.querySelectorAll(".note.bad").length, sockets.at(-1).send(` + quote(frame) + `), true`)
		b.until(`document.querySelectorAll(".note.bad").length === before + 1`)
	}
	b.shows("log", "$<img src=x onerror=took(20)>")
	b.shows("log", "<img src=x onerror=took(21)>")
	b.picture("hostile-errors")
	b.untouched()
	b.inOrder()
}

func TestRefusalThatQuotesTheInputStaysText(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.origin.Store("http://<img/src=x/onerror=took(30)>")
	b := openWith(t, n.url("eve"), 1100, 700, watchful)
	b.shows("refused", "pages of http://<img/src=x/onerror=took(30)> may not connect")
	b.picture("hostile-refusal")
	b.untouched()

	// The same sentence as a document of its own.
	b = open(t, "http://"+n.addr+"/ws?name="+url.QueryEscape(hostileName), 800, 400)
	b.until(`document.contentType === "text/plain" && document.body.innerText.includes("<img/src=x/onerror=took(30)>")`)
}

func TestReasonOfACloseStaysText(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("eve"), 1100, 700, watchful)
	b.shows("status", "Connected")
	// No node sends such a reason; so the page is told as if one had.
	b.evaluate(`sockets[0].onclose(new CloseEvent("close", { code: 1013, reason: ` + quote(payloads[0].text+override) + ` })), true`)
	b.shows("log", "Connection lost: "+payloads[0].text)
	b.shows("status", "Connected")
	b.untouched()
	b.inOrder()
}

func TestNamesAreListedByWhatTheySayNotByWhatTheyDo(t *testing.T) {
	t.Parallel()
	n, b := hostile(t)
	names := []string{"constructor", "__proto__", "toString", "<br>", "a, b", "and 5 more joined."}
	for _, name := range names {
		n.dial(name)
	}
	for _, name := range names {
		b.shows("present", name)
	}
	b.shows("present-title", fmt.Sprint("Here now: ", len(names)+1))
	require.Equal(t, len(names)+1, strings.Count(b.text("present"), "\n")+1)
	b.untouched()
}
