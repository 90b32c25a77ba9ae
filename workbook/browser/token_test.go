package browser

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// gatekeeper is a hub's Admit. Its tokens are "NAME.KIND.": a "short" one ends a second after it was first brought.
type gatekeeper struct {
	mu   sync.Mutex
	seen map[string]int
}

func (g *gatekeeper) admit(token string) (chat.Permit, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.seen == nil {
		g.seen = map[string]int{}
	}
	g.seen[token]++
	name, kind, _ := strings.Cut(strings.TrimSuffix(token, "."), ".")
	life := time.Hour
	switch {
	case kind == "forged":
		return chat.Permit{}, errors.New("no key of this node has signed the token")
	case kind == "short" && g.seen[token] > 1:
		return chat.Permit{}, fmt.Errorf("%w: get a new one", chat.ErrExpired)
	case kind == "short":
		life = time.Second
	}
	return chat.Permit{Name: name, Rooms: []string{"lobby", "go"}, Until: time.Now().Add(life)}, nil
}

func (g *gatekeeper) saw(token string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen[token]
}

// countSockets counts the WebSockets that a page opens.
const countSockets = `window.opened = 0; window.WebSocket = class extends WebSocket { constructor(...a) { super(...a); opened++; } };`

func TestPageWithATokenInItsAddressIsLetIn(t *testing.T) {
	t.Parallel()
	var g gatekeeper
	n := start(t, chat.Options{Node: "n1", Admit: g.admit})
	b := openWith(t, "http://"+n.addr+"/?room=go#token=alice.long.", 1100, 700, countSockets+watchful)
	b.shows("status", "Connected to n1 as alice")
	b.shows("where", "go")
	b.until(`!location.href.includes("token")`) // or it would be copied with the address
	b.addRoom("lobby")

	// A room that is not by right says so, and the others go on.
	b.evaluate(`document.getElementById("another").value = "board", document.querySelector("#add button").click(), true`)
	b.shows("log", `board cannot be joined: your token does not let you into room "board"; it is for "lobby", "go"`)
	b.choose("lobby")

	// A new token over the open connection: the page that shows this one puts it into the address.
	b.evaluate(`location.hash = "#token=alice.renewed.", true`)
	require.Eventually(t, func() bool { return g.saw("alice.renewed.") == 1 }, patience, tick)
	b.until(`!location.href.includes("token") && opened === 1`)
	b.evaluate(`location.hash = "#token=bob.long.", true`)
	b.shows("log", `the new token is for the name "bob", and you are "alice" here: connect again with it`)
	b.untouched()

	b.evaluate(`location.hash = "#token=alice.last.", true`)
	require.Eventually(t, func() bool { return g.saw("alice.last.") == 1 }, patience, tick)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Reload()))
	b.shows("status", "Connected to n1 as alice") // the tab keeps it
	require.Equal(t, 2, g.saw("alice.last."))
}

func TestPageSaysThatItsTokenHasExpiredAndDoesNotTryForEver(t *testing.T) {
	t.Parallel()
	var g gatekeeper
	n := start(t, chat.Options{Node: "n1", Admit: g.admit})
	b := openWith(t, "http://"+n.addr+"/#token=alice.short.", 1100, 700, countSockets)
	b.shows("refused", "your token has expired; connect again with a new one")
	b.shows("status", "Not connected: the node refuses")
	b.evaluate(`document.getElementById("chat").hidden = false, true`)
	b.until(`/What lets you in here ends in [01] seconds?, unless it is renewed\./.test(document.getElementById("log").innerText)`) // 0 on a busy machine
	b.shows("log", "Connection lost: your token has expired; connect again with a new one")
	b.until(`opened === 1 && document.getElementById("countdown").innerText === ""`)
	require.Equal(t, 1, g.saw("alice.short."))

	b.evaluate(`location.hash = "#token=alice.long.", true`)
	b.shows("status", "Connected to n1 as alice")
	b.until(`opened === 2`)
}

func TestPageShowsWhyItsTokenIsNotTaken(t *testing.T) {
	t.Parallel()
	var g gatekeeper
	n := start(t, chat.Options{Node: "n1", Admit: g.admit})
	for address, says := range map[string]string{
		"/?room=go":                               "this node lets in nobody without a token",
		"/?room=go&token=alice.forged.":           "no key of this node has signed the token",
		"/?room=go#token=<img src=x>":             "this node lets in nobody without a token",
		"/?room=board#token=alice.long.":          `your token does not let you into room "board"`,
		"/?room=go&name=bob#token=alice.another.": `your token is for the name "alice", and not for "bob"`,
	} {
		b := openWith(t, "http://"+n.addr+address, 1100, 700, countSockets)
		b.shows("refused", says)
		b.until(`opened === 1 && !location.href.includes("token") && document.getElementById("countdown").innerText === ""`)
	}
}

func TestWhatIsNoTokenDoesNotStayInTheAddress(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, "http://"+n.addr+"/#token=no token", 1100, 700, countSockets)
	b.until(`!document.getElementById("join").hidden && !location.href.includes("token") && opened === 0`)
}

// The browser brings a cookie by itself, also when the page asks why it was refused.
func TestTokenInACookieNeedsNoHelpOfThePage(t *testing.T) {
	t.Parallel()
	var g gatekeeper
	n := start(t, chat.Options{Node: "n1", Admit: g.admit})
	cookie := func(b tab, token string) {
		b.evaluate(`document.cookie = "` + chat.TokenCookie + `=` + token + `; path=/", true`)
	}
	// Cookies know no ports, so 127.0.0.1 is for the other tests.
	url := "http://" + strings.Replace(n.addr, "127.0.0.1", "localhost", 1)
	b := openWith(t, url+"/", 1100, 700, countSockets)
	cookie(b, "alice.short.")
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(url+"/?room=go")))
	b.shows("refused", "the token has expired: get a new one") // it asks once more: there might be a new cookie
	b.until(`opened === 2`)
	cookie(b, "alice.long.")
	b.evaluate(`document.querySelector("#join button").click(), true`)
	b.shows("status", "Connected to n1 as alice")
	cookie(b, "; max-age=0")
}
