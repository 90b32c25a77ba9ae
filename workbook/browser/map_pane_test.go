package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// pane is a node's page in one of the map's frames.
type pane struct {
	tab
	world runtime.ExecutionContextID // a place for scripts that sees the frame's document
}

// pane returns the frame whose address begins so, once its page is connected.
func (b tab) pane(url, status string) pane {
	b.t.Helper()
	p := pane{tab: b}
	require.Eventually(b.t, func() bool {
		tree, err := chromedp.Call(b.ctx, page.GetFrameTree, cdp.Empty{})
		if err != nil {
			return false
		}
		for _, frame := range tree.FrameTree.ChildFrames {
			if strings.HasPrefix(frame.Frame.URL, url) {
				world, err := chromedp.Call(b.ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame.Frame.ID})
				p.world = world.ExecutionContextID
				return err == nil
			}
		}
		return false
	}, patience, tick, "no frame of %s\npage: %s", url, later{b})
	p.shows("status", status)
	return p
}

// is tells whether a JavaScript expression is true in the frame.
func (p pane) is(expression string) bool {
	ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](expression, p.there))
	require.NoError(p.t, err)
	return ok
}

// there lets a script run in the frame.
func (p pane) there(params *runtime.EvaluateParams) { params.ContextID = p.world }

func (p pane) until(expression string) {
	p.t.Helper()
	p.untilIn(expression, p.there)
}

func (p pane) shows(id, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.getElementById(%q)?.innerText.includes(%q)", id, text))
}

// says types a message into the frame.
func (p pane) says(text string) {
	p.t.Helper()
	p.until(`document.getElementById("text").focus(), document.hasFocus() || window.focus(), true`)
	p.types(text + "\r")
}

func (b tab) panes(t *testing.T, urls ...string) (left, right pane) {
	t.Helper()
	left, right = b.pane(urls[0], "node-1 as alice"), b.pane(urls[1], "node-2 as bob")
	left.until(`document.getElementById("present").textContent.includes("bob")`)
	b.until(`document.querySelectorAll("#map title").length === 2`) // from now on the map shows that their words come from them
	return left, right
}

// Words typed on one side pass through Redis to the other, and the map shows their way.
func TestMapsPanesPassMessagesBothWays(t *testing.T) {
	s := startMap(t, slow)
	nodes := s.State().Nodes
	b := openMap(t, s.MapURL(), 1000, 700)
	left, right := b.panes(t, nodes[0].URL, nodes[1].URL)
	b.evaluate(`new MutationObserver((news) => news.forEach((n) => n.addedNodes.forEach((dot) =>
		(window.dots ??= []).push(dot.getAttribute("class") + " " + dot.textContent)))).observe(document.querySelector("#map .dots"), { childList: true }), true`)

	left.says("from the left")
	right.shows("log", "from the left")
	right.says("from the right")
	left.shows("log", "from the right")
	left.until(`[...document.querySelectorAll(".mine")].every((mine) => mine.dataset.state === "placed")`)
	for _, p := range []pane{left, right} {
		require.True(t, p.is(`document.querySelectorAll("#log .message").length === 2`), "nobody hears himself twice")
	}
	// The message has gone all of its ways: client to node, node to master, master to both replicas, each replica to
	// its node, and node-2 to its client. Node-1 has nobody else to tell.
	b.until(`dots.filter((dot) => dot.includes("from the left")).length === 7`)
	b.until(`dots.filter((dot) => dot.includes("from the right")).length === 7`)
	b.evaluate(`new Set(dots.map((dot) => dot.slice(0, 6))).size === 2`)                        // a colour for each sender
	row := `document.querySelector("#ways tbody tr")?.innerText.replaceAll("\tlate", "\tseen")` // late: by a slow machine
	b.until(row + ` === "bob from the right\tnode-2\tseen\tseen\tseen\t1 client\tonly the sender"`)

	b.evaluate(`document.querySelector("#emit button").click(), true`)
	left.shows("log", "Hello!")
	right.shows("log", "Hello!")
	b.told("answer", "reached 2 of 2 replicas")
	b.until(row + ` === "emitter Hello!\temitter\tseen\tseen\tseen\t1 client\t1 client"`)
}
