package browser

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// full is a node's door that lets nobody in, and counts the knocks.
type full struct {
	mu     sync.Mutex
	after  string // Retry-After; "": the door is open
	knocks int
}

const sentence = "this node has the 2 connections that it may have <b>(MAX_CONNS)</b>"

func (f *full) refuses(w http.ResponseWriter, r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.after == "" {
		return false
	}
	if r.Header.Get("Upgrade") != "" { // the page's question why does not count
		f.knocks++
	}
	w.Header().Set("Retry-After", f.after)
	http.Error(w, sentence, http.StatusServiceUnavailable)
	return true
}

func (f *full) set(after string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.after = after
}

func (f *full) knocked() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.knocks
}

func TestPageLeavesAFullNodeAloneAsLongAsItAsks(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	n.door.set("3")
	b := openWith(t, n.url("alice"), 1100, 700, clock+watchful)
	b.shows("status", "Not connected: "+sentence+". Trying again.")
	b.until(`document.getElementById("retry").hidden`) // no impatience
	b.picture("full")
	b.evaluate(`dispatchEvent(new Event("online")), document.getElementById("retry").click(), true`)
	wait := b.tryAgain()
	require.GreaterOrEqual(t, wait, 3250.0) // and its own random wait comes on top
	require.LessOrEqual(t, wait, 3500.0)
	b.shows("status", "Not connected: "+sentence)
	require.Equal(t, 2, n.door.knocked())
	n.door.set("")
	b.tryAgain()
	b.shows("status", "Connected to n1 as alice")
	b.untouched()
}

func TestPageGoesToAPeerAtOnceWhenItsNodeIsFull(t *testing.T) {
	t.Parallel()
	second := start(t, chat.Options{Node: "n2", AllowedOrigins: []string{"*"}})
	n := start(t, chat.Options{Node: "n1"}, "http://"+second.addr)
	n.door.set("3600")
	b := open(t, n.url("alice"), 1100, 700)
	b.shows("status", "Connected to n2 as alice")
	// With the peer gone, too, the page tries the peer again, not the node that has asked for an hour.
	second.stop()
	b.shows("log", "Connection lost")
	second.start()
	b.shows("status", "Connected to n2 as alice")
	require.Equal(t, 1, n.door.knocked())
}

func TestNodeWithAllItsConnectionsIsExplained(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1", MaxConns: 1})
	alice := join(t, n, "alice")
	bob := openWith(t, n.url("bob"), 1100, 700, clock)
	bob.shows("status", "Not connected: this node has the 1 connections that it may have (MAX_CONNS)")
	alice.close()
	require.Eventually(t, func() bool { return n.hub.Stats().Connections == 0 }, patience, tick)
	bob.tryAgain()
	bob.shows("status", "Connected to n1 as bob")
}

// The thousand pages of a node that is gone try again at a thousand different times.
func TestThousandPagesDoNotComeBackTogether(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	b := openWith(t, n.url("alice"), 1100, 700, clock)
	b.shows("status", "Connected")
	waits := func(nodes, lost int, asked string) []float64 {
		b.evaluate(fmt.Sprintf(`window.waits = null, import("/page/connection.js").then(({ Connection }) => {
			waits = Array.from({ length: 1000 }, () => {
				let last;
				const page = new Connection(Array.from({ length: %d }, (_, i) => "http://n" + i), () => "", { lost: ({ wait }) => { last = wait; } });
				page.open = () => {}; // nobody is there to connect to
				%s
				for (let i = 0; i < %d; i++) { page.tryNext("gone"); page.drop(); }
				return last;
			});
		}), true`, nodes, asked, lost))
		b.until(`waits !== null`)
		w, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](`waits`))
		require.NoError(t, err)
		require.Len(t, w, 1000)
		return w
	}
	spread := func(waits []float64, least, most float64) {
		t.Helper()
		var tenths [10]int
		for _, w := range waits {
			require.InDelta(t, (least+most)/2, w, (most-least)/2)
			tenths[max(0, min(9, int(10*(w-least)/(most-least))))]++
		}
		for _, n := range tenths { // 100 each are to be expected, 9.5 is the standard deviation
			require.InDelta(t, 100, n, 60, "%v", tenths)
		}
	}
	spread(waits(1, 1, ""), 250, 500)
	spread(waits(1, 2, ""), 500, 1000)
	spread(waits(2, 2, ""), 250, 500) // the second node has not been tried yet
	spread(waits(2, 3, ""), 500, 1000)
	spread(waits(1, 20, ""), 10_000, 20_000)
	// All have been told the same time by the same node.
	told := waits(1, 1, `page.notBefore.set("http://n0", performance.now() + 3000);`)
	spread(told, 3250, 3500)
}
